"""Words and rules of inspection by lot, in plain Python."""
