"""Rounds: planned, checked, launched, opened, closed."""
