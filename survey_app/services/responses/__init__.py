"""Answers: who gives them, how they are checked and saved."""
