"""Cuts a dump: everything that is public at one serial, in one folder, described and signed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import LogBroken
from portal.kit import clock
from portal.register.columns.datasets import DATASETS
from portal.register.columns.model import Dataset
from portal.register.columns.rows import Stored, reader
from portal.register.dumps import files
from portal.register.dumps.describing import (
    DATABASE,
    MANIFEST,
    RECORDS,
    SIGNATURE,
    Terms,
    csvw,
    package,
)
from portal.register.dumps.files import Rows, Written
from portal.register.dumps.held import Held
from portal.register.layout import LAYOUTS
from portal.register.proofs.note import Signer
from portal.register.queries import log, sync
from portal.register.queries.sync import Standing
from portal.register.records import Kind

#: Rows fetched at a time: bounds memory.
_CHUNK = 1000
_HEAD_DIGITS = 16
#: When the next dump is expected: the next day, at this hour in China.
_HOUR = time(6, tzinfo=clock.CHINA)


@dataclass(frozen=True, slots=True)
class Cut:
    """What a dump was made from: the register's standing."""

    standing: Standing

    @property
    def head(self) -> str:
        """The beginning of the signed head's digest: over the same entries another may be signed."""
        return sha256((self.standing.note or "").encode()).hexdigest()[:_HEAD_DIGITS]


def standing_at(session: Session) -> Cut | None:
    """Return what a dump made in this transaction would hold; None while nothing is public.

    Raises:
        LogBroken: the head of the log is not signed, so nobody could tell whose dump it is.

    """
    found = sync.checkpoint(session)
    if not found.serial:
        return None
    if found.note is None:
        raise LogBroken("日志的最新条目尚未签署；请先在办公端运行 portal-office migrate")
    return Cut(found)


def cut(session: Session, folder: Path, what: Cut, terms: Terms, signer: Signer) -> None:
    """Write every file of a dump into `folder`, which is empty, and bring them to the disk.

    Everything is read in the transaction of `session`; memory does not grow with the register.
    Made again from the same serial, every byte is the same.

    Raises:
        LogBroken: the records are not those that the last head was signed over, or another key signs by now.

    """
    if what.standing.vkeys[-1:] != (signer.verifier.vkey,):
        raise LogBroken(
            "日志已移交另一把私钥；所读到的若是原来那一把，请先在办公端运行 portal-office migrate"
        )
    held = Held()
    made = list(_tables(session, folder, terms, held))
    held.require(what.standing, signer.verifier)
    at = log.dated(session, what.standing.serial).astimezone(clock.CHINA)
    expected = datetime.combine(at.date() + timedelta(days=1), _HOUR)
    manifest = as_json(package(what.standing, at, expected, made, terms))
    for word, dataset in DATASETS.items():
        files.put(folder / f"{word}.csv-metadata.json", as_json(csvw(dataset, terms)))
    files.put(folder / MANIFEST, manifest)
    digest, epoch = files.written(folder / MANIFEST).sha256, what.standing.epoch
    files.put(
        folder / SIGNATURE, signer.sign(statement(signer.name, epoch, what.standing.serial, digest))
    )
    files.sync(folder)


def statement(origin: str, epoch: str | None, serial: int, digest: str) -> str:
    """Return what is signed: whose dump, which life of the register, which serial, which manifest."""
    return f"{origin}/dump\n{epoch} {serial}\n{digest}\n"


def as_json(found: dict[str, Any]) -> str:
    """Return a description as its file holds it."""
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _tables(session: Session, folder: Path, terms: Terms, held: Held) -> Iterator[Written]:
    with files.new_database(folder / DATABASE) as database:
        counts: dict[str, int] = {}
        with files.packed(folder / RECORDS) as records:
            counts[RECORDS] = 0
            for kind in Kind:
                of_kind = [each for each in DATASETS.values() if each.kind is kind]
                tables = [Rows(folder, dataset, database) for dataset in of_kind]
                for stored in _stored(session, kind, held):
                    records.write(_record(kind, stored))
                    counts[RECORDS] += 1
                    for dataset, table in zip(of_kind, tables, strict=True):
                        _add(dataset, table, stored, terms)
                for dataset, table in zip(of_kind, tables, strict=True):
                    table.close()
                    counts[f"{dataset.word}.csv.gz"] = table.count
                    counts[f"{dataset.word}.ndjson.gz"] = table.count
        files.index_references(database, DATASETS.values())
    for name in (*counts, DATABASE):
        yield files.written(folder / name, counts.get(name))


def _stored(session: Session, kind: Kind, held: Held) -> Iterator[Stored]:
    table = LAYOUTS[kind].table
    rows = session.execute(
        sa.select(table.public_id, table.serial, table.version, table.published_on, table.body)
        .order_by(table.public_id)
        .execution_options(yield_per=_CHUNK)
    )
    with rows:
        for row in rows:
            held.add(kind, row)
            day = row.published_on.isoformat()
            yield Stored(row.public_id, row.serial, row.version, day, row.body)


def _add(dataset: Dataset, table: Rows, stored: Stored, terms: Terms) -> None:
    reading = reader(dataset.word, terms.site_url)
    for row in reading.rows(stored):
        table.add(reading.json(row), reading.cells(row))


def _record(kind: Kind, stored: Stored) -> bytes:
    """Return one line of what mirrors read: an item as the change feed has it."""
    item = {
        "state": "updated", "kind": kind.value, "id": stored.public_id, "modified": stored.serial,
        "version": stored.version, "published_on": stored.published_on,
        "data": msgspec.Raw(stored.body.encode()),
    }  # fmt: skip
    return msgspec.json.encode(item) + b"\n"
