"""Use cases of the office; the only place that commits its store."""
