"""Screens for reviewers: results and downloads."""
