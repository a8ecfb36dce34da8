"""Tests of search, below any page."""
