"""The office road of a verifiable draw: freeze, commit, seed, draw, seal, reveal, or void (抽取)."""
