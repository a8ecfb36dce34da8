"""What must not become public by oversight: where it stands and of what kind, never what it says."""
