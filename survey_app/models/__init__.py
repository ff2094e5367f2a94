"""Tables, one module per subject. They hold facts and constraints, no business rule."""
