"""Tests of letterbox."""
