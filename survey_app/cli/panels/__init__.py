"""Commands about panels."""
