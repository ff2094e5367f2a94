"""Numbers in addresses."""

LARGEST = 2147483647
# An id column holds no larger number; an address with one is a page that does not exist.
NUMBER = f"int(max={LARGEST})"
# The same of random keys, which take a longer column.
KEY = f"int(max={2**63 - 1})"


def number(text: str) -> int:
    """A number behind the question mark; one that no column holds becomes the largest, which nothing has.

    Raises:
        ValueError: it is none.
    """
    return max(-1, min(int(text), LARGEST))
