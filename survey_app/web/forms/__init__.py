"""Fields and refusals that forms share."""
