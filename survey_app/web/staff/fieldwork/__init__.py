"""Screens about fieldwork."""
