"""The indicators, and which questions measure them."""
