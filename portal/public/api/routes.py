"""The blueprints of the API."""

from portal.public.api import (
    codes,
    inclusion,
    reference,
    rows,
    schemas,
    search,
    statistics,
    suffixes,
)

BLUEPRINTS = (
    schemas.bp, codes.bp, search.bp, statistics.bp, inclusion.bp, rows.bp, reference.bp, suffixes.bp,
)  # fmt: skip
