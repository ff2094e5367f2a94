"""What may not be published, and what an outsider could still work out."""
