"""The inspectors of a draw, from those on file (执法检查人员名录库)."""

import secrets
from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.parties import Inspector
from portal.domain.sortition.leaves import handle
from portal.internal.desk import batches
from portal.internal.desk.drawing.orders import Order
from portal.internal.tables import filings

#: Pool that every inspector is in.
EVERYBODY = "全系统"


def roster(
    session: Session, order: Order, handles: dict[str, str]
) -> tuple[list[dict[str, Any]], dict[str, dict[str, str]]]:
    """Return the inspectors as a package lists them, and who each is.

    `handles`: number of a party → handle, of the parties that are not withheld; a recusal of another one
    would betray it and is left out, since no public team ever inspects it. What is on file about an inspector
    stays inside unless the order says otherwise: each is in the unit's pool and in that of the whole system.
    """
    if order.teams is None:
        return [], {}
    is_told = order.roster_is_public
    made: list[dict[str, Any]] = []
    who: dict[str, dict[str, str]] = {}
    for each in _released(session, order.agency):
        if each.left_on is not None and each.left_on <= order.draw_on:
            continue
        salt = secrets.token_bytes(32)
        name = handle("inspector", order.draw_id, salt, each.certificate).hex()
        stations = [each.station] if is_told and each.station else []
        recused = order.recuse.get(each.certificate, ())
        made.append(
            {
                "handle": name,
                "pools": list(dict.fromkeys([order.unit, *stations, EVERYBODY])),
                "skills": list(dict.fromkeys(each.skills)) if is_told else [],
                "regions": list(dict.fromkeys(each.regions)) or ["*"] if is_told else ["*"],
                "home": "",
                "max": order.teams.most,
                "recuse": [handles[number] for number in recused if number in handles],
            }
        )
        who[name] = {"salt": salt.hex(), "certificate": each.certificate, "name": each.name}
    return made, who


def _released(session: Session, agency: str) -> Iterator[Inspector]:
    """Yield the inspectors as they were last released: how many more are filed, or go, no draw may count before."""
    for rows in batches.public_under(session, "inspector", f"{agency}/"):
        for row in rows:
            found: Inspector = filings.decode(row.kind, row.body)
            yield found
