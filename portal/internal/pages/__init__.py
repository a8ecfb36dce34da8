"""The office's pages."""

from portal.internal.pages import (
    account,
    batches,
    columns,
    decisions,
    draw_steps,
    draws,
    due,
    imports,
    ledger,
    letters,
    mappings,
    people,
    session,
    sheets,
)

BLUEPRINTS = (
    session.bp, due.bp, batches.bp, decisions.bp, letters.bp, imports.bp, columns.bp, mappings.bp,
    sheets.bp, draws.bp, draw_steps.bp,
    people.bp, ledger.bp, account.bp,
)  # fmt: skip
