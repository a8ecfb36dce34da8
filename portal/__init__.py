"""明察 Mingcha: the public portal for inspections by lot (双随机、一公开)."""
