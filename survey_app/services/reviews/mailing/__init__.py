"""Letters of reviews: who is written to, what leaves, what comes back by a link."""
