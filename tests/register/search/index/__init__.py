"""The index on this machine, part by part."""
