"""Organisations on the screen: the list, one with its history, its areas, and what may be asked."""
