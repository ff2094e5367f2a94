"""Commands about who signs in and what they did."""
