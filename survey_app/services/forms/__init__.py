"""Forms that staff fill in about a subject: begun, filled in, reviewed by another person, read."""
