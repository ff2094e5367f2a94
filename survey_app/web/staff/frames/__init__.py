"""Screens about lists and the frames made of them."""
