"""One cell of an OpenDocument table: its value by its type, and what would be lost."""

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from portal.internal.sheets.doors.shape import UNCOMPUTED
from portal.internal.sheets.doors.xmlparse import Attributes

if TYPE_CHECKING:
    from portal.internal.sheets.cells import Cell

_ERROR = re.compile(r"#(?:N/A|DIV/0!|VALUE!|REF!|NAME\?|NUM!|NULL!)|(?:Err|错误)[:：]\d+")
#: A number shown as 001234 or 0012-34.
_LED = re.compile(r"0[0-9-]{0,30}[0-9]")
_SAFE = 10**15
_DURATION = re.compile(r"PT(\d{1,6})H(\d{1,2})M(\d{1,2})(?:[.,](\d{1,6})\d*)?S")


def value_of(has: Attributes, text: str) -> "Cell":
    """Return the value; the text shown where the type has none of its own, and for shares."""
    kind = has.get("office:value-type", "")
    stated = has.get("office:value", "")
    try:
        if kind in {"float", "currency"}:
            return _numbered(float(stated), text)
        if kind == "percentage":
            return text.strip() or f"{float(stated) * 100:.10g}%"
        if kind == "date":
            return _day(has.get("office:date-value", ""))
        if kind == "time":
            return _time(has.get("office:time-value", ""))
    except ValueError:
        return text
    if kind == "boolean":
        return has.get("office:boolean-value") == "true"
    return has.get("office:string-value") or text


def _numbered(number: float, text: str) -> "Cell":
    """Return a number, as text where the table shows it with leading zeros."""
    if _LED.fullmatch(text) and number < _SAFE and number == int(text.replace("-", "")):
        return text
    return number


def why_unread(has: Attributes, text: str) -> str | None:
    """Return why the cell would silently read as empty, or as the name of an error."""
    formula = "table:formula" in has
    if has.get("calcext:value-type") == "error" or (formula and _ERROR.fullmatch(text.strip())):
        return f"是错误值 {text.strip()}，读不到内容；请改正公式，或粘贴为正确的数值"
    if formula and not text and "office:value-type" not in has:
        return UNCOMPUTED
    return None


def _day(text: str) -> date | datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.time() != time() else moment.date()


def _time(text: str) -> time | timedelta:
    match = _DURATION.fullmatch(text)
    if not match:
        raise ValueError(text)
    hours, minutes, seconds = (int(each) for each in match.groups()[:3])
    length = timedelta(
        hours=hours,
        minutes=minutes,
        seconds=seconds,
        microseconds=int((match[4] or "").ljust(6, "0")),
    )
    if length >= timedelta(days=1):
        return length
    return (datetime(1900, 1, 1) + length).time()  # noqa: DTZ001 - a time of day
