"""What the portal promises, as tests."""
