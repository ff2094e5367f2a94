"""Destroying a round's answers for good: agreed to by two, logged outside the database, down to the file."""
