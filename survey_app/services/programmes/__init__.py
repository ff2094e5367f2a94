"""Programmes: the national cycle, or one locality's."""
