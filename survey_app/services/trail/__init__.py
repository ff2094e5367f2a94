"""The audit trail after it was written: looked through, closed in batches, checked, and shortened."""
