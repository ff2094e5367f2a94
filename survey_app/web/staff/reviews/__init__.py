"""The annual review on the screen: issues, sessions, votes, decisions, the record."""
