"""What is due, done by processes of their own: jobs, letters, passes over answers, upkeep, the cycle."""
