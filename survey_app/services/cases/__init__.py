"""Cases: made at launch or added by hand, and what becomes of them."""
