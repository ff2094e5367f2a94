"""The cycle that turns by itself: its rules, the rounds that follow from them, and what these wait for."""
