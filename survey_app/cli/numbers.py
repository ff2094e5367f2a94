"""Numbers that commands take."""

import click

# An id column holds no larger number; one that is larger is refused before the database sees it.
NUMBER = click.IntRange(1, 2**31 - 1)
