"""Pages for people, one file per noun."""

from portal.public.pages import (
    agencies,
    docs,
    documents,
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
    draws.bp,
    items.bp,
    entities.bp,
    agencies.bp,
    documents.bp,
    followups.bp,
    withheld.bp,
    docs.bp,
    log.bp,
    search.bp,
)
