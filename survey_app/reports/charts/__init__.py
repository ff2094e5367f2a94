"""Drawings of a release, one grammar for all: SVG whose text stays text and whose title says the numbers."""
