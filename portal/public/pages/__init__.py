"""Pages for people, one file per noun."""

from portal.public.pages import (
    agencies,
    docs,
    documents,
    downloads,
    draw_check,
    draws,
    entities,
    followups,
    home,
    items,
    log,
    plans,
    results,
    search,
    withheld,
)

BLUEPRINTS = (
    home.bp,
    results.bp,
    plans.bp,
    plans.tasks_bp,
    draw_check.bp,
    draws.bp,
    items.bp,
    entities.bp,
    agencies.bp,
    documents.bp,
    followups.bp,
    withheld.bp,
    docs.bp,
    log.bp,
    downloads.bp,
    search.bp,
)
