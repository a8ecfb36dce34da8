"""Attack tools against the running set-up."""
