"""Fieldwork: letters, progress, the reserve."""
