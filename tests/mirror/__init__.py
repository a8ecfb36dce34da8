"""Tests of the mirror client."""
