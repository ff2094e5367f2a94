"""Where: areas of England, what they belong to and what became of them, each as at a day."""
