"""The keys of the installation: whether they are those of its database, and changing them."""
