"""Panels: planned, drawn, moved on from year to year, verified."""
