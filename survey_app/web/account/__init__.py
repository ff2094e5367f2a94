"""Signing in and out, and the pages about the service itself."""
