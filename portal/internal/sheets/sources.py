"""Files as rows of cells: every format a clerk may bring behind one small shape."""

import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from portal.internal.sheets import intake
from portal.internal.sheets.doors import sniff, text
from portal.internal.sheets.doors.cellscan import Remarks
from portal.internal.sheets.doors.keeper import Keeper
from portal.internal.sheets.doors.shape import Ask, Found, Row, Span, Unfit, hidden_notes
from portal.internal.sheets.limits import Limits
from portal.internal.sheets.ours import HELP_SHEET as HELP_SHEET
from portal.internal.sheets.report import Unreadable

#: Characters of one message.
_MOST_TOLD = 1_000


@dataclass(slots=True)
class Source:
    """One table. Row numbers are those the clerk sees; cells may be "" but never missing."""

    sheet: str
    rows: Iterator[Row]
    #: Rows there are, as far as known before reading; for progress.
    row_count: int | None = None
    #: Addresses of cells that would silently read as empty, with what is wrong there.
    unread: Mapping[str, str] = field(default_factory=dict)
    #: Merged cells; the content stands in the first, the others are "".
    spans: tuple[Span, ...] = ()
    #: What was read although hidden, or left out: for the clerk to know.
    notes: tuple[str, ...] = ()

    #: Of a file that is open in a process of its own.
    keeper: Keeper | None = None

    def close(self) -> None:
        """Stop reading, if rows are left."""
        if self.keeper is not None:
            self.keeper.close()


#: So much text nothing can be hidden in: starting a process would take longer than reading it.
_LITTLE = 1024 * 1024


def open_table(
    path: Path,
    title: str,
    file_name: str,
    *,
    wanted: str | None = None,
    limits: Limits | None = None,
) -> Source:
    """Open the table called `title` in `path` (or the only one there); people know it as `file_name`.

    `wanted` names another worksheet, or the table of a page by its number, as in ``表2``. But for
    little plain text, the file is opened in a process of its own, which goes on reading while its rows are taken; letting go
    of the source, or closing it, ends that process.

    Raises:
        Unreadable: not a file we can take, or no such sheet in it.

    """
    limits = limits or Limits()
    intake.check_size(path, limits)
    try:
        with path.open("rb") as file, path.open("rb") as again:
            if not os.path.sameopenfile(file.fileno(), again.fileno()):
                raise Unreadable("文件在读取时被替换；请重新导入")
            ask = Ask(sniff.kind_of(file), title, wanted, limits)
            return _open(file, again, ask, file_name)
    except Unfit as error:
        raise _told(error) from error


def _told(error: Unfit) -> Unreadable:
    """Return the refusal, no longer than anybody reads, whatever names a file brings into it."""
    return Unreadable(str(error)[:_MOST_TOLD])


def _open(file: BinaryIO, again: BinaryIO, ask: Ask, file_name: str) -> Source:
    if ask.kind == "text" and os.fstat(file.fileno()).st_size <= _LITTLE:
        file.seek(0)
        found, rows = text.open_door(io.BytesIO(file.read()), ask, lambda _: None)
        return _source(_in_hand(rows), found, Remarks(), file_name)
    keeper = Keeper(again, ask)
    try:
        #: What is found from outside is the more precise, and comes first.
        remarks = intake.look_over(file, ask) if ask.kind == "xlsx" else Remarks()
        found = keeper.found()
    except Unfit:
        keeper.close()
        if ask.kind == "xlsx":
            intake.look_over(file, ask, far=True)
        raise
    except BaseException:
        keeper.close()
        raise
    rows, zeros = keeper.rows(), remarks.zeros.get(found.sheet)
    source = _source(_in_hand(zeros.shown(rows) if zeros else rows), found, remarks, file_name)
    source.keeper = keeper
    return source


def _in_hand(rows: Iterator[Row]) -> Iterator[Row]:
    try:
        yield from rows
    except Unfit as error:
        raise _told(error) from error


def _source(rows: Iterator[Row], found: Found, remarks: Remarks, file_name: str) -> Source:
    notes = [*found.notes, *hidden_notes(remarks.rows, remarks.columns, found, remarks.blank)]
    return Source(
        sheet=found.sheet or file_name,
        rows=rows,
        row_count=found.row_count,
        unread={**found.unread, **remarks.unread},
        spans=found.spans,
        notes=tuple(note[:_MOST_TOLD] for note in notes),
    )
