"""Every template by its kind."""

import re

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


def title_of(kind: str, path: str) -> str:
    """Return what clerks call the field at the end of a path such as ``findings[1].detail``.

    >>> title_of("results", "findings[1].detail")
    '检查情况'
    """
    name = re.sub(r"\[\d+\]", "", path).rpartition(".")[2]
    titles = {column.field: column.title for column in SHEETS[kind].columns}
    #: A party's name is its first column, under a field of another name.
    return titles.get(name) or titles.get(f"entity_{name}", name)
