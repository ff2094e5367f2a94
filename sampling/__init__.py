"""WHO is asked, and what the answers say about everyone: pure numpy and scipy."""
