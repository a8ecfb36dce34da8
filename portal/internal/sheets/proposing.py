"""What a table's content proposes beyond its column names: order of dates, wordings, patterns (拟定)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from portal.domain.identifiers import MalformedIdentifier, parse
from portal.domain.wordings import meant
from portal.internal.sheets import cells as cell_parsers
from portal.internal.sheets.doors.shape import Row
from portal.internal.sheets.header import Header
from portal.internal.sheets.layout import Layout
from portal.internal.sheets.mapping import SECTION
from portal.internal.sheets.spec import Sheet
from portal.internal.sheets.strip import shown

#: Rows looked through, and wordings proposed for one column.
_ROWS, _MOST = 500, 20
_YEAR_LAST = re.compile(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-]\d{4}(?!\d)")
_YEAR = re.compile(r"(20[1-9]\d)\s*年")
_MONTHS = 12


@dataclass(slots=True)
class Proposed:
    """What is proposed, and why, each reason a sentence for the clerk."""

    dates: str = "ymd"
    fill: dict[str, str] = field(default_factory=dict)
    values: dict[str, Mapping[str, str]] = field(default_factory=dict)
    #: Source columns that had better not be what their names propose.
    dropped: set[str] = field(default_factory=set)
    reasons: list[str] = field(default_factory=list)


def propose(layout: Layout, header: Header, sheet: Sheet) -> Proposed:
    """Look through the first rows of a table; nothing here is applied unless somebody confirms it."""
    found = Proposed()
    layout.header = header
    rows = list(islice(layout.rows(lambda *_: None), _ROWS)) if header.columns else []
    texts = {
        index: [
            shown(cells[index]) for _, cells in rows if index < len(cells) and cells[index] != ""
        ]
        for index in header.columns
    }
    _dates(found, header, texts)
    _wordings(found, header, texts)
    _scheme(found, header, sheet, texts)
    _numbers(found, header, texts, layout)
    _code_of(found, header, sheet, texts)
    _section(found, header, sheet, layout, rows)
    return found


def _dates(found: Proposed, header: Header, texts: Mapping[int, Sequence[str]]) -> None:
    """Propose the order of days and months where a figure beyond 12 tells them apart."""
    firsts: list[str] = []
    seconds: list[str] = []
    for index, column in header.columns.items():
        if column.parse is not cell_parsers.day:
            continue
        for text in texts[index]:
            if match := _YEAR_LAST.match(text):
                firsts += [text] * (int(match[1]) > _MONTHS)
                seconds += [text] * (int(match[2]) > _MONTHS)
    if firsts and seconds:
        found.reasons.append(f"日期写法不一：有“{firsts[0]}”，又有“{seconds[0]}”；请先统一")
    elif firsts or seconds:
        found.dates = "dmy" if firsts else "mdy"
        order = "日月年" if firsts else "月日年"
        found.reasons.append(f"日期按{order}读取：“{(firsts or seconds)[0]}”只能这样读")


def _wordings(found: Proposed, header: Header, texts: Mapping[int, Sequence[str]]) -> None:
    """Propose what the words of a code list's column mean, where they are known at all."""
    for index, column in header.columns.items():
        if column.codes is None:
            continue
        words: dict[str, str] = {}
        for text in dict.fromkeys(texts[index]):
            meaning = meant(column.codes, text)
            if meaning is not None and not meaning.sure and len(words) < _MOST:
                words[text] = meaning.code.zh
                found.reasons.append(
                    f"“{column.title}”的“{text}”拟归为“{meaning.code.zh}”：{meaning.source}"
                )
        if words:
            found.values[column.field] = words


def _scheme(
    found: Proposed, header: Header, sheet: Sheet, texts: Mapping[int, Sequence[str]]
) -> None:
    """Propose 本地编号 where no number of the column has a form that tells its scheme."""
    fields = {column.field: index for index, column in header.columns.items()}
    if "identifier" not in fields or "scheme" in fields or not _has(sheet, "scheme"):
        return
    numbers = texts[fields["identifier"]]
    if numbers and not any(map(_tells_scheme, numbers)):
        found.fill["scheme"] = "本地编号"
        found.reasons.append(f"“{numbers[0]}”等编号不是统一社会信用代码或注册号，拟按本地编号登记")


def _tells_scheme(text: str) -> bool:
    try:
        parse(text)
    except MalformedIdentifier:
        return False
    return True


def _numbers(
    found: Proposed, header: Header, texts: Mapping[int, Sequence[str]], layout: Layout
) -> None:
    """Propose a pattern where a serial number would be taken for a code that is the record's identity."""
    for match in header.matches:
        column = match.column
        if column is None or match.how != "proposed" or column.field not in ("code", "task_code"):
            continue
        numbers, name = texts[match.index], match.name.text
        if column.field == "task_code":
            year = next(
                (hit[1] for aside in layout.asides if (hit := _YEAR.search("".join(aside.cells)))),
                "年度",
            )
            _replace(found, name, "task_code", f"{year}-01-{{{name}}}")
            found.reasons.append(
                f"“{name}”在每个计划里都从头编起，任务编号拟由年度、计划号和“{name}”拼成；01 请改为本年第几个计划"
            )
        elif all(text.isdecimal() for text in numbers) and len(set(numbers)) < len(numbers):
            _replace(found, name, "code", "{#}")
            found.reasons.append(
                f"“{name}”有重复（合并或分节重编），不能作编号，拟用数据行的顺序号；增删行后编号会变，最好补一列编号"
            )


def _code_of(
    found: Proposed, header: Header, sheet: Sheet, texts: Mapping[int, Sequence[str]]
) -> None:
    """Propose party and day as a result's number where the table has none, if that tells rows apart."""
    by_field = {match.column.field: match for match in header.matches if match.column}
    party, day = by_field.get("identifier"), by_field.get("inspected_on")
    if sheet.kind != "results" or "code" in by_field or party is None or day is None:
        return
    pairs = list(zip(texts[party.index], texts[day.index], strict=False))
    if pairs and len(set(pairs)) == len(pairs):
        found.fill["code"] = f"{{{party.name.text}}}-{{{day.name.text}}}"
        found.reasons.append(
            "表中没有检查记录编号，拟由编号和检查日期拼成；同一对象同日有两次检查的请改"
        )


def _replace(found: Proposed, name: str, field_name: str, pattern: str) -> None:
    found.dropped.add(name)
    found.fill[field_name] = pattern


def _section(
    found: Proposed, header: Header, sheet: Sheet, layout: Layout, rows: Sequence[Row]
) -> None:
    """Propose section headings as the category, where there is no column for it."""
    sections = [aside for aside in layout.asides if aside.role == "section"]
    taken = {column.field for column in header.columns.values()}
    if sections and rows and _has(sheet, "category") and "category" not in taken:
        found.fill["category"] = f"{{{SECTION}}}"
        text = next(cell for cell in sections[0].cells if cell)
        found.reasons.append(f"“{text}”等分节标题拟作“{sheet.column('category').title}”")


def _has(sheet: Sheet, name: str) -> bool:
    return any(column.field == name for column in sheet.columns)
