"""What an approval is bound to: the SHA-256 of everything the batch makes public (审核所绑定的内容).

Bound is, for each filing of the batch that may go out, in the order of release, what the airlock
makes of it: the canonical bytes of its public records, and the ids that must not be public (any
more). Release hashes the very records it hands to the pen and refuses unless they add up to what
was approved.

Not bound, because it changes by rule and not by hand: the day. A draw list under embargo is bound
as it will stand once the embargo is over, so the reviewer approves the fullest it will ever show;
the day only decides how much of that goes out already. Not bound either: what other batches bring
along (parties that nothing public named before, checks shown otherwise because their party changed); each of
those was approved with its own batch.

Everything else counts. If a party, an item's decision or a withdrawal elsewhere changes what this
batch shows, the reviewer has not seen it, and looks again. A batch that is public already and is
released again follows such changes by design; then it must be the batch that was approved, filing
by filing as filed. So are the parties that a file brought along: they become public with the first record that
names them, of whatever batch, and whether this one has brought them depends on checks that nobody may know of.
"""

import hashlib
import json
from datetime import date

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.around import Passage
from portal.domain.errors import PortalError
from portal.internal.desk import batches
from portal.internal.desk.projection import passages
from portal.internal.sheets.catalogue import SHEETS
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import FilingRow

#: After every embargo.
_AFTER_ALL = date.max
#: Filings hashed together; a difference is told by their rows.
_PART = 64
_ENCODER = msgspec.json.Encoder(order="deterministic")
_MOST_PLACES = 5

Part = tuple[str, int, int, str]


class ContentChanged(PortalError):
    """What would become public is not what was approved; nothing was published."""

    code = "content_changed"

    def __init__(self, message: str, batch_id: int = 0) -> None:
        """Keep which batch it is, where that is not the one that is released."""
        super().__init__(message)
        self.batch_id = batch_id


class Binding:
    """Takes what filings become, in the order of release, and adds it up."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._rows: dict[tuple[str, int], tuple[int, int]] = {}
        self._digests: dict[tuple[str, int], hashlib._Hash] = {}

    def take(self, row: FilingRow, passage: Passage) -> None:
        """Add what one filing becomes; not of a party brought along, which is bound as filed."""
        if row.kind == "entity" and not row.row:
            return
        place = (row.kind, row.id // _PART)
        if place not in self._digests:
            self._digests[place], self._rows[place] = hashlib.sha256(), (row.row, row.row)
        first, last = self._rows[place]
        self._rows[place] = min(first, row.row), max(last, row.row)
        records = [(type(record).__name__, record) for record in passage.records]
        gone = [(kind.value, public_id) for kind, public_id in passage.gone]
        text = _ENCODER.encode((row.id, records, gone))
        self._digests[place].update(len(text).to_bytes(8, "big") + text)

    def parts(self) -> list[Part]:
        """Return kind, first and last row, and digest of the filings hashed together, by their rows."""
        return [
            (kind, *self._rows[kind, number], digest.hexdigest())
            for (kind, number), digest in sorted(self._digests.items(), key=lambda each: each[0])
        ]


def total(parts: list[Part]) -> str:
    """Return the one digest over all parts in their order."""
    return hashlib.sha256(_ENCODER.encode(parts)).hexdigest()


def bind(session: Session, batch: BatchRow) -> list[Part]:
    """Return what `batch` makes public as things stand, with every embargo over."""
    binding = Binding()
    for rows in batches.in_order(session, batch):
        for row, passage in passages(session, rows, _AFTER_ALL, batch_id=batch.id):
            binding.take(row, passage)
    return binding.parts()


def filed_sha256(session: Session, batch_id: int) -> str:
    """Return the digest over every filing of the batch as filed, in their order."""
    digest = hashlib.sha256()
    columns = (FilingRow.id, FilingRow.kind, FilingRow.key, FilingRow.public_id, FilingRow.body)
    query = sa.select(*columns).where(FilingRow.batch_id == batch_id, FilingRow.live)
    ordered = query.order_by(FilingRow.kind, FilingRow.id)
    for row in session.execute(ordered.execution_options(yield_per=batches.CHUNK)):
        text = _ENCODER.encode(tuple(row))
        digest.update(len(text).to_bytes(8, "big") + text)
    return digest.hexdigest()


def differing(approved: list[Part], found: list[Part]) -> str:
    """Return in words where two bindings differ: sheet and rows, never what stands there."""
    was = {(kind, first, last): digest for kind, first, last, digest in approved}
    now = {(kind, first, last): digest for kind, first, last, digest in found}
    places = [place for place in was | now if was.get(place) != now.get(place)]
    words = [_place(*place) for place in places[:_MOST_PLACES]]
    more = f"等共 {len(places)} 段" if len(places) > _MOST_PLACES else ""
    return "；".join(words) + more


def _place(kind: str, first: int, last: int) -> str:
    title = _TITLES.get(kind, kind)
    if not last:  # only an older approval bound these as well
        return f"随文件登记的{title}"
    return f"{title} 第 {first} 行" if first == last else f"{title} 第 {first}–{last} 行"


#: Filing kind → what its template is called.
_TITLES = {
    kind: SHEETS[sheet].title
    for kind, sheet in {
        "agency": "agencies", "item": "items", "plan": "plans", "entity": "entities",
        "draw": "draws", "result": "results", "followup": "followups", "document": "documents",
    }.items()
}  # fmt: skip


def stored(parts: list[Part]) -> str:
    """Return `parts` as they are kept with the approval."""
    return _ENCODER.encode(parts).decode()


def restored(text: str) -> list[Part]:
    """Return the parts that `stored` kept."""
    return [(kind, first, last, digest) for kind, first, last, digest in json.loads(text)]
