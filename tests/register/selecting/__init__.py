"""Tests of the one query object."""
