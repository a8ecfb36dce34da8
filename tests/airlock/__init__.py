"""Tests of airlock."""
