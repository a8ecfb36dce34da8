"""From one cell to one value. Nothing is guessed: what cannot be read says how to write it."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from portal.domain.codelists import CodeList
from portal.domain.measures import Ratio, parse_ratio

#: What a workbook or a CSV file can hand us for one cell.
Cell = str | int | float | bool | date | datetime | time | timedelta
Parser = Callable[[Cell], object]


class BadCell(ValueError):
    """The cell cannot be read; the message says what is wrong and how to mend it."""


_BIDI_AND_ZERO_WIDTH = "\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
_FORBIDDEN = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_BIDI_AND_ZERO_WIDTH}\ufffe\uffff]")
_FORMULA_LEAD = "=+@＝＋＠\t\r"
_SPLIT = re.compile(r"[;；\n]+")
_DATE_FORMS = (
    re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})"),
    re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})"),
    re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})"),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)
#: Beyond 15 digits a spreadsheet number has lost digits.
_SAFE_DIGITS = 10**15


def clean(cell: Cell, limit: int = 20_000) -> str:
    """Return the cell as text, trimmed, in NFC.

    Raises:
        BadCell: control or invisible characters, the beginning of a formula, or too long.

    """
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _SAFE_DIGITS:
        cell = int(cell)
    text = unicodedata.normalize("NFC", str(cell)).strip().replace("\r\n", "\n").replace("\r", "\n")
    if hidden := _FORBIDDEN.search(text):
        raise BadCell(f"含有不可见的控制字符 U+{ord(hidden[0]):04X}，请删除后重新录入")
    if text and text[0] in _FORMULA_LEAD:
        raise BadCell(f"以“{text[0]}”开头，会被表格软件当作公式；请去掉该字符")
    if len(text) > limit:
        raise BadCell(f"超过 {limit} 字，请删减")
    return text


def text(limit: int = 2_000) -> Parser:
    """Read free text."""

    def parse(cell: Cell) -> str:
        return clean(cell, limit)

    return parse


def code(limit: int = 64) -> Parser:
    """Read a code. A number whose digits the spreadsheet may have changed is refused."""

    def parse(cell: Cell) -> str:
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            if abs(cell) >= _SAFE_DIGITS:
                raise BadCell(
                    "以数字格式保存，表格软件已丢失末几位；请把该列设为“文本”格式，对照原件重新录入"
                )
            if not float(cell).is_integer():
                raise BadCell("以数字格式保存；请把该列设为“文本”格式后重新录入")
        if isinstance(cell, date | datetime | time | timedelta):
            raise BadCell("被表格软件识别成了日期；请把该列设为“文本”格式后重新录入")
        found = clean(cell, limit)
        if re.fullmatch(r"\d+(\.\d+)?[Ee][+＋]\d+", found):
            raise BadCell("是科学记数法，原编码已丢失；请把该列设为“文本”格式，对照原件重新录入")
        return found

    return parse


def number(low: int = 0, high: int = 100_000_000) -> Parser:
    """Read a whole number."""

    def parse(cell: Cell) -> int:
        digits = unicodedata.normalize("NFKC", clean(cell)).replace(",", "")
        if not re.fullmatch(r"\d{1,9}", digits) or not low <= int(digits) <= high:
            raise BadCell(f"应为 {low} 至 {high} 之间的整数")
        return int(digits)

    return parse


def day(cell: Cell) -> date:
    """Read a date: a date cell, or text in any of the usual forms."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    written = unicodedata.normalize("NFKC", clean(cell))
    for form in _DATE_FORMS:
        if match := form.fullmatch(written):
            try:
                return date(*(int(part) for part in match.groups()))
            except ValueError:
                raise BadCell(f"“{written}”不是实际存在的日期，请核对") from None
    raise BadCell(f"“{written[:40]}”不是日期；请写作 2023-02-28 或 2023年2月28日")


def choice(codes: type[CodeList]) -> Parser:
    """Read one member of a code list, by its wording or code."""

    def parse(cell: Cell) -> CodeList:
        found = codes.named(clean(cell))
        if found is None:
            raise BadCell(
                f"“{clean(cell)[:40]}”不在代码表中；可填：{'；'.join(each.zh for each in codes)}"
            )
        return found

    return parse


def choices(codes: type[CodeList]) -> Parser:
    """Read several members of a code list, separated by semicolons."""
    one = choice(codes)

    def parse(cell: Cell) -> tuple[object, ...]:
        return tuple(dict.fromkeys(one(part) for part in split(cell)))

    return parse


def labels(cell: Cell) -> tuple[str, ...]:
    """Read several texts, separated by semicolons."""
    return tuple(dict.fromkeys(split(cell)))


def split(cell: Cell) -> list[str]:
    """Split a cell at semicolons and line ends.

    Raises:
        BadCell: there is nothing between the semicolons.

    """
    parts = [part.strip() for part in _SPLIT.split(clean(cell)) if part.strip()]
    if not parts:
        raise BadCell("只有分隔符，没有内容；请填写或清空")
    return parts


def ratio(cell: Cell) -> Ratio:
    """Read a share: `5%`, `≥10%`, `全覆盖`, 0.05."""
    written = f"{cell:g}" if isinstance(cell, float) else clean(cell)
    try:
        return parse_ratio(written)
    except ValueError as error:
        raise BadCell(f"“{written[:40]}”不是比例；{error}") from None


def yes_no(cell: Cell) -> bool:
    """Read 是 / 否."""
    found = {"是": True, "通过": True, "yes": True, "否": False, "未通过": False, "no": False}.get(
        clean(cell).lower()
    )
    if found is None:
        raise BadCell("应填“是”或“否”")
    return found
