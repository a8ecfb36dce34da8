"""The blueprints of the API."""

from portal.public.api import codes, reference, rows, schemas, search, suffixes

BLUEPRINTS = (schemas.bp, codes.bp, search.bp, rows.bp, reference.bp, suffixes.bp)
