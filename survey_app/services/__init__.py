"""Use cases, one module per subject. They never commit, read the clock or see a form."""
