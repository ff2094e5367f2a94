"""What the answers say about everyone: designs, weights, estimates, change."""
