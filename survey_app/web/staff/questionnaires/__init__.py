"""Screens about questionnaires."""
