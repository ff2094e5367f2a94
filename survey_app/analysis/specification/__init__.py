"""What a specification may say, and how it is read."""
