"""People, screens, storage, use cases, mail and reports."""
