"""Screens about rounds."""
