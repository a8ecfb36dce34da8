"""Tests of the open-data API."""
