"""Screens about results."""
