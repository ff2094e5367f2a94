"""Published versions: the shelf, their lineage, their translations."""
