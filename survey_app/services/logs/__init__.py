"""The logs: dated entries of what happens between the sectors, and the numbers that they give."""
