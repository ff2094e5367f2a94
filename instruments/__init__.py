"""WHAT is asked: questionnaires, their routing, checks and versions. Pure."""
