"""A round beside one before it: what changed, and whether questions may be compared."""
