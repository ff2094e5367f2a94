"""Results: weights, estimates, changes, releases and their files."""
