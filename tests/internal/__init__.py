"""Tests of internal."""
