"""Plumbing: stores, time, settings, files. Knows nothing of inspections."""
