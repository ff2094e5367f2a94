"""Numbers in addresses."""

# An id column holds no larger number; an address with one is a page that does not exist.
NUMBER = "int(max=2147483647)"
