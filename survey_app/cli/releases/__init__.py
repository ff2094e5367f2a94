"""Checking a release from its files alone, without the installation that made it."""
