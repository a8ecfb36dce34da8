"""Whole filtered sets, streamed from one snapshot in constant memory, and not a piece after a withdrawal."""

import csv
import io
from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack
from functools import partial
from itertools import chain, islice
from typing import Any

import sqlalchemy as sa
from flask import Response
from sqlalchemy.orm import Session

from portal.kit import clock
from portal.kit.db import db
from portal.public import berths
from portal.public.api import envelope, validators, workbook
from portal.public.api.asking import Asked
from portal.public.api.dumps import Retired
from portal.register.queries import sync
from portal.register.queries.changes import State
from portal.register.selecting import lines
from portal.register.selecting.model import Around
from portal.register.selecting.walking import Walk

#: Rows between two pieces that are sent.
_ROWS = 500
#: What a spreadsheet takes for the beginning of a formula, or for the end of a cell.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BOM = b"\xef\xbb\xbf"

Pieces = Generator[bytes, None, None]


def answer(asked: Asked) -> Response:
    """Answer with the whole set in the format asked for.

    The first piece is made before the status is sent; a failure after that cuts the connection.

    Raises:
        Full: too many are being given already.

    """
    with ExitStack() as held:
        held.enter_context(berths.pier().sets.one())
        session = held.enter_context(snapshot())
        state = validators.within(session)
        walk = Walk(session, asked.selection, asked.reader, clock.local_today())
        pieces = _made(session, asked)
        if pieces is None:
            rows = (found.row for found in walk.all())
            pieces = _WRITERS[asked.format.suffix](asked, rows)
        body = Streamed(pieces, partial(_may_go_on, db.engine, state))
        response = Response(body, content_type=asked.format.content_type)
        response.set_etag(validators.tag(state, asked.variant, daily=asked.daily))
        name = f"{asked.dataset.word}-{state.serial}.{asked.format.suffix}"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        envelope.link(response, envelope.links_of(asked))
        body.holds(held.pop_all())
    return response


def snapshot() -> Session:
    """Open a session that sees one state of the register for as long as it lives."""
    engine = db.engine
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    return Session(engine)


def _may_go_on(engine: sa.Engine, begun: State) -> bool:
    """Whether nothing that was public when the answer was begun has been taken back since."""
    last, life = sync.last_retired(engine)
    return life == begun.epoch and last <= begun.serial


class Streamed:
    """Pieces of a body, and what they are read from: both end together, whatever happens."""

    def __init__(self, pieces: Pieces, may_go_on: Callable[[], bool]) -> None:
        """Make the first piece, so that what fails at once fails as an error; `may_go_on` is asked before the others."""
        self._held = ExitStack()
        self._pieces = pieces
        self._may_go_on = may_go_on
        self._first: bytes | None = next(pieces, b"")

    def holds(self, held: ExitStack) -> None:
        """Take over what has to be let go of at the end."""
        self._held.push(held)

    def __iter__(self) -> "Streamed":
        return self

    def __next__(self) -> bytes:
        if self._first is not None:
            first, self._first = self._first, None
            return first
        try:
            piece = next(self._pieces)
        except StopIteration:
            self.close()
            raise
        if not self._may_go_on():
            #: A reader of the register as it was would keep the text in its file besides.
            self.close()
            raise Retired("export")
        return piece

    def close(self) -> None:
        """Let go of the reading, then of what it held. Called when the answer is sent, or was cut off."""
        self._pieces.close()
        self._held.close()


def _made(session: Session, asked: Asked) -> Pieces | None:
    """Return the CSV from lines made at publication, where those can answer."""
    if asked.variant != "csv":
        return None
    around = Around(session, clock.local_today())
    texts = lines.streamed(session, asked.selection, asked.reader, around)
    if texts is None:
        return None
    header = ",".join(cell.key for cell in asked.dataset.cells()) + "\r\n"
    return (text.encode() for text in chain((header + next(texts, ""),), texts))


def _csv(asked: Asked, rows: Iterable[Any]) -> Pieces:
    excel = asked.profile == "excel"
    header = [cell.key for cell in asked.dataset.cells()]
    flat = asked.reader.cells
    cells: Callable[[Any], list[Any]] = (
        (lambda row: [safe(each) for each in flat(row)]) if excel else flat
    )
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(header)
    yield (_BOM if excel else b"") + buffer.getvalue().encode()
    source = iter(rows)
    while chunk := [cells(row) for row in islice(source, _ROWS)]:
        buffer.seek(0)
        buffer.truncate()
        writer.writerows(chunk)
        yield buffer.getvalue().encode()


def _ndjson(asked: Asked, rows: Iterable[Any]) -> Pieces:
    encode, source = asked.reader.json, iter(rows)
    while chunk := [encode(row) for row in islice(source, _ROWS)]:
        yield b"\n".join(chunk) + b"\n"


def safe(value: Any) -> Any:  # noqa: ANN401 - any cell
    r"""Return a cell that no spreadsheet takes for a formula, without control characters.

    >>> safe("=1+1"), safe("a\x00b"), safe(5)
    ("'=1+1", 'ab', 5)
    """
    if not isinstance(value, str):
        return value
    text = "".join(c for c in value if c.isprintable() or c == "\n")
    return f"'{text}" if value.startswith(_FORMULA) or text.startswith(_FORMULA) else text


_WRITERS: dict[str, Callable[[Asked, Iterable[Any]], Pieces]] = {
    "csv": _csv, "ndjson": _ndjson, "xlsx": workbook.written,
}  # fmt: skip
