"""Sealed backups of a whole installation, and their return: by the engine's own means, checked before use."""
