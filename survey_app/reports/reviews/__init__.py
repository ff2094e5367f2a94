"""What a review prints: the pack that participants read before, and the record that both sides agree to."""
