"""Screens about panels."""
