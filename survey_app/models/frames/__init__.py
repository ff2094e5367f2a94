"""Source lists, and the dated frames that are made of them."""
