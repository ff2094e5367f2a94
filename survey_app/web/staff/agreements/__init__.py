"""The register of agreements on the screen: the state of play, one agreement, entries."""
