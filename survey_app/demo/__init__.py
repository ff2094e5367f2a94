"""The demonstration: real organisations, synthetic answers, a whole annual round in a minute."""
