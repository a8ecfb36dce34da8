"""The office's pages."""

from portal.internal.pages import batches, columns, due, imports, mappings, session, sheets

BLUEPRINTS = (session.bp, due.bp, batches.bp, imports.bp, columns.bp, mappings.bp, sheets.bp)
