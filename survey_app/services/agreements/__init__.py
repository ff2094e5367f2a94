"""What is monitored: the register of agreements, as it was on any day and as it was known on any day."""
