"""Who is asked: sizes, draws, rotation, and what a plan would give."""
