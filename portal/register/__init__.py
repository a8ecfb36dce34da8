"""The published record: what the world may see, and the log of how it came to be."""
