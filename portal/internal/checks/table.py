"""Which check belongs to which template."""

from collections.abc import Callable

from portal.internal.checks import (
    agencies,
    disclosures,
    draws,
    entities,
    followups,
    items,
    plans,
    results,
)
from portal.internal.checks.context import Context, Reads

Check = Callable[[Context, Reads], None]

#: Inspectors have no rule beyond their own cells.
CHECKS: dict[str, Check] = {
    "agencies": agencies.check,
    "items": items.check,
    "plans": plans.check,
    "entities": entities.check,
    "draws": draws.check,
    "results": results.check,
    "followups": followups.check,
    "documents": disclosures.check,
}
