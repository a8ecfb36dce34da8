"""Hands a clerk the file back with every finding marked in its place, ready to be mended (标注)."""

import os
import tempfile
from pathlib import Path

from portal.internal.sheets.limits import Limits
from portal.internal.sheets.marked_book import is_moderate, write_book
from portal.internal.sheets.marked_copy import title_for, write_copy
from portal.internal.sheets.report import Problem, Report, Unreadable
from portal.internal.sheets.rules import Level
from portal.internal.sheets.sources import Source, open_table
from portal.internal.sheets.spec import Sheet


def write_marked(  # noqa: PLR0917
    path: Path, target: Path, sheet: Sheet, report: Report, wanted: str | None, limits: Limits
) -> None:
    """Write a workbook with the list of findings and the table with each of them marked.

    A workbook of moderate size is marked itself; any other table is written anew, row for row at
    the same addresses; of what cannot be read as a table there is only the list. `wanted` is the
    worksheet the clerk asked for. `target` appears whole or not at all.
    """
    descriptor, name = tempfile.mkstemp(suffix=".xlsx", dir=target.parent)
    os.close(descriptor)
    half = Path(name)
    try:
        _write(path, half, sheet, report, wanted=wanted, limits=limits)
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)


def _write(
    path: Path, half: Path, sheet: Sheet, report: Report, *, wanted: str | None, limits: Limits
) -> None:
    problems = [problem for level in Level for problem in report.of(level)]
    readable = sheet.kind != "documents" and not report.counts["file"]
    if readable and is_moderate(path, limits):
        try:
            write_book(path, half, report, problems)
        except Exception:  # noqa: BLE001, S110 - whatever openpyxl stumbles over: the other road is open
            pass
        else:
            return
    source = _open(path, sheet, problems, wanted, limits) if readable else None
    #: Called as the clerk asked for it, the table is found again by the same name.
    title = title_for(wanted or "", source.sheet if source else "", sheet.title)
    try:
        write_copy(half, report, source, problems, title)
    finally:
        if source:
            source.close()


def _open(
    path: Path, sheet: Sheet, problems: list[Problem], wanted: str | None, limits: Limits
) -> Source | None:
    """Open the very table that the findings are about; None where it cannot be read."""
    name = next((problem.sheet for problem in problems), path.name)
    try:
        source = open_table(path, sheet.title, name, wanted=wanted, limits=limits)
        if source.sheet != name:
            source.close()
            source = open_table(path, sheet.title, name, wanted=name, limits=limits)
    except Unreadable:
        return None
    return source
