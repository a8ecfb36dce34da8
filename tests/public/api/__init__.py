"""Tests of public.api."""
