"""The annual review: from a finding to what both sectors decided, and what became of it."""
