"""Every template by its kind."""

from portal.internal.sheets import (
    agencies,
    draws,
    entities,
    followups,
    inspectors,
    items,
    plans,
    results,
)
from portal.internal.sheets.documents import SHEET as DOCUMENTS
from portal.internal.sheets.spec import Sheet

#: In the order in which they refer to each other.
SHEETS: dict[str, Sheet] = {
    sheet.kind: sheet
    for sheet in (
        agencies.SHEET,
        items.SHEET,
        plans.SHEET,
        entities.SHEET,
        inspectors.SHEET,
        draws.SHEET,
        results.SHEET,
        followups.SHEET,
        DOCUMENTS,
    )
}
