"""The blueprints of the API."""

from portal.public.api import codes, reference, rows, schemas, suffixes

BLUEPRINTS = (schemas.bp, codes.bp, rows.bp, reference.bp, suffixes.bp)
