"""Task numbers (任务编号) that no plan has: what is wrong with one, and how to mend it."""

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

from portal.internal.checks.context import Context, Reads
from portal.internal.sheets.reader import Read

_SEVERAL = re.compile(r"[;；、,，\n]")
_DASHES = re.compile(r"[—–－‐‑−~～_]+")
_BLANK = re.compile(r"\s+")
#: A digit more or less, or two that changed places, of a number as plans have it.
_ALIKE = 0.85
#: Unknown numbers that are compared with every task; a file with more has the wrong plan.
_MOST_COMPARED = 100


def check(context: Context, reads: Reads) -> None:
    """Tell the task numbers that are in no plan of the agency."""
    tasks = context.tasks_of(context.agency_code)
    for read in reads:
        code: str | None = read.record.task_code
        if code and code not in tasks:
            _tell(context, read, code, tasks)


def _tell(context: Context, read: Read, code: str, tasks: Iterable[str]) -> None:
    words = context.unknown_tasks
    if code not in words:
        compared = tasks if len(words) < _MOST_COMPARED else ()
        words[code] = f"计划中没有编号为 {code} 的任务；{_how_to_mend(code, compared)}"
    context.tell("unknown", read, "task_code", words[code])


def _how_to_mend(code: str, tasks: Iterable[str]) -> str:
    """Return what to do about a number: it is several, or a known one written otherwise.

    >>> _how_to_mend("2025—SCJG—1", ["2025-SCJG-01"])
    '与 2025-SCJG-01 相近，抄错的请改正；确是另一任务的，请先导入年度计划'
    """
    if _SEVERAL.search(code):
        return "一格只能填一个任务编号；属于几个任务的检查请分开填写"
    plain = {_plain(task): task for task in tasks}
    near = get_close_matches(_plain(code), plain, 1, _ALIKE)
    if near:
        return f"与 {plain[near[0]]} 相近，抄错的请改正；确是另一任务的，请先导入年度计划"
    return "请先导入年度计划"


def _plain(code: str) -> str:
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", code))
    return _BLANK.sub("", text).casefold()
