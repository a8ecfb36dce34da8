"""Tests of the verifiable draw."""
