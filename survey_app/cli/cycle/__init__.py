"""Commands on the cycle: its rules and rounds, and its rehearsal."""
