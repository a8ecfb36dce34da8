"""The blueprints of the API."""

from portal.public.api import codes, reference, rows, schemas, statistics, suffixes

BLUEPRINTS = (schemas.bp, codes.bp, rows.bp, statistics.bp, reference.bp, suffixes.bp)
