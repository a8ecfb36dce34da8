"""Parties that a file of checks or a list brought along: public with the first record that names them (随文件登记的检查对象).

Not before: who stands in the library for a check that is never acknowledged, or for a list under embargo, would
give both away by standing there without any check. Nor by the name that such a check knew it by: as long as nobody
sees a party, each file that names it brings it along anew.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.around import Ids, Passage
from portal.airlock.residue import residue
from portal.airlock.retold import is_sealed, retold
from portal.domain.draws import Draw
from portal.domain.errors import NotYetPublic
from portal.domain.results import Result
from portal.domain.workflow import BatchState
from portal.internal.desk import batches
from portal.internal.desk.unchanged import again
from portal.internal.tables import filings
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import FilingRow
from portal.kit.db import among, snapshot
from portal.register.parents import lacking
from portal.register.proofs import standing
from portal.register.queries import entities
from portal.register.records import Kind, PublicDrawEntry, PublicResult

#: Records looked at together.
_CHUNK = 500


def is_brought(row: FilingRow) -> bool:
    """Whether a filing is of a party that no row of the file is about."""
    return row.kind == "entity" and row.row == 0


def on_show(register: sa.Engine, ids: Ids, keys: Collection[str]) -> set[str]:
    """Return which of these parties have a page of their own."""
    by_id = {ids.of(Kind.ENTITY, key): key for key in keys}
    with snapshot(register) as public:
        return {by_id[each] for each in entities.present(public, by_id)} if by_id else set()


def led_in(
    session: Session,
    register: sa.Engine,
    those: Iterable[Passage],
    *,
    today: date,
    batch_id: int | None = None,
) -> Iterator[Passage]:
    """Yield passages, before them those of the parties that they name and that are not public yet.

    These go in the order of their ids: that in which they were filed may be that of checks that are not shown.

    Raises:
        NotYetPublic: the office knows somebody whom they name by the name alone that something else gave, which may not
            be shown: their library file is not released, or there is none.

    """
    sent: set[str] = set()
    for part in _parts(those):
        named = [_named(passage) for passage in part]
        with snapshot(register) as public:
            every = set[str]().union(*named) - sent
            missing = every - entities.present(public, every)
            filed = (
                batches.filed(session, "entity", missing, batch_id=batch_id) if missing else set()
            )
            led = set[str]()
            for passage, those_named in zip(part, named, strict=True):
                anew = those_named & missing
                if anew - led and _is_shown(
                    public, passage, all_filed=anew <= filed, alone=batch_id is None
                ):
                    led |= anew
        sent |= led
        for rows in batches.public_with_id(session, "entity", led, batch_id=batch_id):
            #: A file may have brought one along twice, first with a check that is not shown.
            newest = {row.public_id: row for row in sorted(rows, key=lambda row: row.id)}
            in_order = [row for _, row in sorted(newest.items())]
            _require_own_names(session, part, in_order, batch_id)
            for _, passage in again(session, in_order, today, batch_id=batch_id):
                yield passage
        yield from part


def _named(passage: Passage) -> set[str]:
    """Return whom the records of a passage name that may become public."""
    return {
        record.entity_id
        for record in passage.records
        if isinstance(record, PublicResult | PublicDrawEntry) and not passage.only_if_public
    }


def _is_shown(public: Session, passage: Passage, *, all_filed: bool, alone: bool) -> bool:
    """Whether a passage shows somebody whom it names: a list that is not out, or a text that tells of others, does not.

    `all_filed`: whoever of them is not public yet may be; else a list that is shown again does not come with its draw. `alone`:
    what may not be shown is left out; in a release it would be refused.
    """
    first = passage.records[0]
    if not passage.is_again:
        return True
    if passage.whole_list:
        was = standing.there(public, Kind.DRAW, passage.whole_list, expected=False)
        if was is not None or not all_filed:
            return was is not None and not is_sealed(was)
    said = next(
        (retold(first, each, None) for each in passage.cautious if each.id == first.id), first
    )
    return not alone or not (residue(said, passage) or lacking(public, said, but=Kind.ENTITY))


def _require_own_names(
    session: Session, part: Sequence[Passage], rows: Sequence[FilingRow], batch_id: int | None
) -> None:
    """Raise NotYetPublic where a party that was brought along is not called as by what leads it in."""
    brought = {row.key: filings.decode(row.kind, row.body).name for row in rows if is_brought(row)}
    if not brought:
        return
    records = [record for passage in part for record in passage.records]
    given: set[tuple[str, str]] = set()
    for kind, ids in (
        ("result", [each.id for each in records if isinstance(each, PublicResult)]),
        ("draw", [each.draw_id for each in records if isinstance(each, PublicDrawEntry)]),
    ):
        for record in _newest(session, kind, ids, batch_id):
            named = record.entries if isinstance(record, Draw) else (record,)
            given |= {(each.entity_key, each.entity_name) for each in named}
    if missing := len(brought.items() - given):
        raise NotYetPublic(
            f"有 {missing} 个检查对象在名录库中尚未发布，其他记录带入的名称又与此不同；请先导入并发布检查对象"
        )


def _newest(
    session: Session, kind: str, ids: Collection[str], batch_id: int | None
) -> list[Draw | Result]:
    """Return these records as they stand among what is released, and in the batch; plain, as rows of the batch are at work."""
    query = (
        sa.select(FilingRow.public_id, FilingRow.body)
        .join(BatchRow, BatchRow.id == FilingRow.batch_id)
        .where(among(session, FilingRow.public_id, sorted(set(ids))), FilingRow.live)
        .where(sa.or_(BatchRow.state == BatchState.RELEASED.value, BatchRow.id == batch_id))
        .order_by(FilingRow.id)
    )
    newest = {each.public_id: each.body for each in session.execute(query)} if ids else {}
    return [filings.decode(kind, body) for body in newest.values()]


def _parts(those: Iterable[Passage]) -> Iterator[list[Passage]]:
    """Gather passages up to some number of public records; what makes nothing public does not count."""
    part: list[Passage] = []
    count = 0
    for passage in those:
        if not passage.records:
            if passage.stale:
                #: What came before it is written before older versions go: these would lie there again.
                yield part
                part, count = [], 0
            yield [passage]
            continue
        part.append(passage)
        count += len(passage.records)
        if count >= _CHUNK:
            yield part
            part, count = [], 0
    yield part
