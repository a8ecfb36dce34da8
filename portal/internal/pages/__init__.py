"""The office's pages."""

from portal.internal.pages import (
    batches,
    columns,
    decisions,
    due,
    imports,
    mappings,
    session,
    sheets,
)

BLUEPRINTS = (
    session.bp,
    due.bp,
    batches.bp,
    decisions.bp,
    imports.bp,
    columns.bp,
    mappings.bp,
    sheets.bp,
)
