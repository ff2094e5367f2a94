"""Cases with their seats, and the codes that open them."""
