"""What organisations are asked over all strands, and how much that may be."""
