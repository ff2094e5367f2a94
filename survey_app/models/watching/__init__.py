"""What the installation knows of its own running: its clock, and its workers' signs of life."""
