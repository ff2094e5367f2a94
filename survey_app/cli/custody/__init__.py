"""Commands about what is kept: under which keys, and for how long."""
