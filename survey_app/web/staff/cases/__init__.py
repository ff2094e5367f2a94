"""Screens about cases."""
