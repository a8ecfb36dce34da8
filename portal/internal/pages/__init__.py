"""The office's pages."""

from portal.internal.pages import batches, session, sheets

BLUEPRINTS = (session.bp, batches.bp, sheets.bp)
