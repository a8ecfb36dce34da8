"""Full-text search over what is public: a subscriber of the changelog, never a source."""
