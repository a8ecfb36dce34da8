"""From filings to passages: gathers what the airlock must know around a record, and opens it.

Preview and release both come through here, so what the reviewer sees is what becomes public.
"""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from portal.airlock.around import Around, Ids, Passage
from portal.airlock.redact import KIND_OF as PUBLIC_KIND
from portal.airlock.redact import redact
from portal.domain.draws import Draw
from portal.domain.followups import FollowUp
from portal.domain.parties import Entity
from portal.domain.results import Result
from portal.internal.tables import filings
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.ledger import withdrawn_keys
from portal.internal.tables.settings import ID_KEY, secret


def passages(
    session: Session, rows: list[FilingRow], today: date
) -> Iterator[tuple[FilingRow, Passage]]:
    """Project filings of one kind; kinds that are never public yield nothing."""
    key = secret(session, ID_KEY)
    records = [(row, filings.decode(row.kind, row.body)) for row in rows]
    records = [(row, record) for row, record in records if type(record) in PUBLIC_KIND]
    around = _around(session, [record for _, record in records], key, today)
    for row, record in records:
        yield row, redact(record, around)


def _around(session: Session, records: list[object], key: bytes, today: date) -> Around:
    checks = {r.key: r for r in records if isinstance(r, Result)}
    steps = [r for r in records if isinstance(r, FollowUp)]
    if steps:
        checks |= filings.find(session, Result, (f"{s.agency_code}/{s.result_code}" for s in steps))
    draws = [r for r in records if isinstance(r, Draw)]
    wanted = {check.entity_key for check in checks.values()}
    wanted |= {entry.entity_key for draw in draws for entry in draw.entries}
    parties: dict[str, Entity] = {}
    ordered = sorted(wanted)
    for start in range(0, len(ordered), 500):
        parties |= filings.find(session, Entity, ordered[start : start + 500])
    nonces = {draw.key: _nonce(draw, key) for draw in draws}
    gone = withdrawn_keys(session, "entity", parties) | withdrawn_keys(session, "result", checks)
    return Around(Ids(key), today, parties, checks, gone, nonces)


def _nonce(draw: Draw, key: bytes) -> str:
    """Keep a short list from being guessed out of its digest; the same at every release."""
    return hmac.new(key, f"draw-list\0{draw.key}".encode(), hashlib.sha256).hexdigest()
