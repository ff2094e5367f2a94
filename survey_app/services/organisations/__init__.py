"""Organisations over the years."""
