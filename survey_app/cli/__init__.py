"""Commands: `compact` and everything under it."""
