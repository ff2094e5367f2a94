"""The logs on the screen: what was entered, one entry with its history, and the forms that make them."""
