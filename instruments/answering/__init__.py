"""What one respondent's answers do: read, checked, routed, piped, repeated."""
