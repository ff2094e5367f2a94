"""The rows of data that a specification is about."""
