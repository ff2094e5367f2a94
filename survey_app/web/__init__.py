"""Screens, by who uses them. A view reads the form, calls one use case, redirects."""
