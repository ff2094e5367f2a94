"""Screens for forms that staff fill in: begun, answered, reviewed by another person, read on one page."""
