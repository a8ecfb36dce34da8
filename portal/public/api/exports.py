"""Whole filtered sets, streamed from one snapshot in constant memory."""

import csv
import io
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from itertools import chain, islice
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from portal.kit import clock
from portal.kit.db import db, snapshot
from portal.public import berths
from portal.public.api import envelope, validators, workbook
from portal.public.api.asking import Asked
from portal.public.streaming import Pieces, Streamed
from portal.register.selecting import lines
from portal.register.selecting.model import Around
from portal.register.selecting.walking import Walk

#: Rows between two pieces that are sent.
_ROWS = 500
#: What a spreadsheet takes for the beginning of a formula, or for the end of a cell.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BOM = b"\xef\xbb\xbf"


def answer(asked: Asked) -> Response:
    """Answer with the whole set in the format asked for.

    The first piece is made before the status is sent; a failure after that cuts the connection.

    Raises:
        Full: too many are being given already.

    """
    with ExitStack() as held:
        held.enter_context(berths.pier().sets.one())
        session = held.enter_context(snapshot(db.engine))
        state = validators.within(session)
        walk = Walk(session, asked.selection, asked.reader, clock.local_today())
        pieces = _made(session, asked)
        if pieces is None:
            rows = (found.row for found in walk.all())
            pieces = _WRITERS[asked.format.suffix](asked, rows)
        body = Streamed(pieces, state)
        response = Response(body, content_type=asked.format.content_type)
        response.set_etag(validators.tag(state, asked.variant, daily=asked.daily))
        name = f"{asked.dataset.word}-{state.serial}.{asked.format.suffix}"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        envelope.link(response, envelope.links_of(asked))
        body.holds(held.pop_all())
    return response


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
