"""Tests of the index on a server, as far as they need none."""
