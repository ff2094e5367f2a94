"""What in a text could name an organisation, a place or a person, though no name is meant to be told."""
