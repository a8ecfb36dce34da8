"""Tells the rows of a table that are data from those that are not: titles, page headers, totals, notes."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from openpyxl.utils import get_column_letter

from portal.internal.sheets.cells import Cell
from portal.internal.sheets.doors.shape import Row
from portal.internal.sheets.forms import Form, is_form, turn
from portal.internal.sheets.header import WITHIN, Header, find_header
from portal.internal.sheets.mapping import Profile
from portal.internal.sheets.merged import bare, unmerged
from portal.internal.sheets.names import fold, known_names
from portal.internal.sheets.sources import Source
from portal.internal.sheets.spec import Sheet
from portal.internal.sheets.strip import shown
from portal.internal.sheets.sums import Sums
from portal.internal.sheets.ticks import look_of

#: Names such as Total Foods are none.
_TOTAL = re.compile(r"合计|总计|小计|共计|累计|总数|(sub|grand)?total(?=$|[:\d])")
#: What a total may begin with: most rows of data are told by their first character.
_TOTAL_LEADS = set("合总小共累tTsSgG ＴＳＧ\u3000\n")
_SUBTOTAL = re.compile(r"小计|subtotal")
_NOTE = re.compile(
    r"(注\d*[::]|备注[::]|说明[::]|附注|附件|附[::]|填表|制表|审核[人::]|填报|经办[人::]|负责人[::]|单位[::(]|"
    r"联系[人电]|咨询|日期[::]|签[字名章]|监督人|记录人|抽取人|第[\d一二三四五六七八九十]+页|共\d+页|续表|"
    r"数据来源|来源[::]|※|source:|notes?:)"
)
#: A lone cell of this form says something about the table: 公示期：2025年9月.
_LABELLED = re.compile(r"[^\d:,，。;]{2,8}:.")
_SECTION = re.compile(
    r"([(]?[一二三四五六七八九十]+[)、.]|第[一二三四五六七八九十]+[章节部类]|[IVX]+[.、])"
)
_SECTION_NUMBER = re.compile(r"^\s*(?:[(（]?[一二三四五六七八九十]+[)）、.．]|[IVX]+[.、])\s*")
_CREDIT_CODE = re.compile(r"[0-9a-z]{18}|[0-9]{15}")
_SHORT_NUMBER = re.compile(r"[0-9]{13}")
_NUMBERS = re.compile(r"\d{1,3}|[甲乙丙丁戊己庚辛]|[a-hA-H]|栏次|列次")
#: A row with more cells filled than this has content of its own, whatever its first words.
_FEW = 4


@dataclass(frozen=True, slots=True)
class Aside:
    """A row that is no data, kept as filed. `role` is a key of `ROLES`."""

    row: int
    role: str
    cells: tuple[str, ...]

    @property
    def zh(self) -> str:
        """What the row is, in words."""
        return ROLES[self.role]


ROLES = {
    "title": "标题", "header": "表头", "numbering": "列号", "repeated": "重复的表头或标题",
    "section": "分节标题", "total": "合计", "note": "表注或空表行",
}  # fmt: skip


class Layout:
    """One table laid out. `asides` grows while `rows` is read; read it afterwards."""

    def __init__(
        self, source: Source, sheet: Sheet, choose: Callable[[Sequence[str]], Profile | None]
    ) -> None:
        """Read the first rows and find the header.

        `choose` is given the column names found and returns the profile to read them by.
        """
        self.asides: list[Aside] = []
        self._spans = source.spans
        self._rows = unmerged(source.rows, source.spans) if source.spans else source.rows
        head = list(islice(self._rows, WITHIN))
        self.profile = choose([])
        self.form = self._form(head, sheet)
        if self.form is not None:
            self._spans, self._rows = (), iter(self.form.rows)
            head = list(islice(self._rows, WITHIN))
        self.header: Header | None = find_header(head, self._spans, sheet, self.profile)
        if self.header is not None and self.profile is None:
            self.profile = choose([match.name.full for match in self.header.matches])
        if self.header is None:
            self._head: list[Row] = []
            return
        first, last = self.header.first, self.header.last
        for number, cells in head:
            if number <= last and any(cell != "" for cell in cells):
                self._aside(number, "title" if number < first else "header", cells)
        self._head = [row for row in head if row[0] > last]
        if deep := [span for span in self._spans if span[0] <= last < span[2]]:
            self._head = list(bare(self._head, deep))
            self._rows = bare(self._rows, deep)
        self._titles = {
            fold(str(cell))
            for aside in self.asides if aside.role == "title" for cell in aside.cells if cell
        }  # fmt: skip

    def _form(self, head: Sequence[Row], sheet: Sheet) -> Form | None:
        """Lay out the table as one, if it is a form; what stands around its records is aside."""
        names = {*known_names(sheet), *(self.profile.columns if self.profile else ())}
        if not is_form(head, names):
            return None
        form = turn(head, self._rows, self._spans, names)
        for number, above, cells in form.asides:
            self._aside(number, "title" if above else "note", cells)
        return form

    def first_rows(self, count: int = 20) -> list[Row]:
        """Return the first rows under the header without taking them."""
        self._head += list(islice(self._rows, max(0, count - len(self._head))))
        return self._head[:count]

    def looks(self) -> dict[int, str]:
        """Return how columns look whose first cells plainly are of one sort: a field's name, or ticks."""
        rows = [cells for _, cells in self.first_rows()]
        width = max(map(len, rows), default=0)
        found = {}
        for index in range(width):
            texts = [
                str(cells[index]) for cells in rows if index < len(cells) and cells[index] != ""
            ]
            if look := look_of([cells[index] for cells in rows if index < len(cells)]):
                found[index] = look
            if texts and all(_CREDIT_CODE.fullmatch(fold(text)) for text in texts):
                found[index] = "identifier"
        return found

    def rows(self, tell: Callable[..., None]) -> Iterator[Row]:
        """Yield the rows of data; tell totals that do not add up."""
        if self.header is None:
            return
        sums = Sums(
            [match.name.full for match in self.header.matches], self.first_rows(), self._spans
        )
        anchors = self._anchors()
        names = {n: str(match.name.full) for n, match in enumerate(self.header.matches)}
        mapped = sorted(self.header.columns)
        main = mapped[0]
        fresh = True
        for number, cells in chain(self._head, self._rows):
            empty = cells.count("")
            if empty == len(cells):
                continue
            filled, first = len(cells) - empty, cells[0]
            #: A first cell that says something is enough, and most do.
            if (
                (not first or type(first) is str)
                and not str(first).strip()
                and not _says_anything(cells)
            ):
                continue
            #: Most rows are told by their first cell.
            plain = filled > _FEW and not fresh and first != ""
            if plain and (type(first) is not str or first[0] not in _TOTAL_LEADS):
                role = None
            else:
                role = self._role(number, cells, filled, fresh=fresh, names=names)
                #: 合计餐饮店 and 附件包装厂 are parties: no total and no note has a credit code.
                if role in ("total", "note", "section") and _names_party(cells):
                    role = None
            if role is None:
                for place, text, line in anchors:
                    if (
                        place < len(cells)
                        and (cell := cells[place])
                        and (cell == text or str(cell).strip() == text)
                        and _says(cells, line)
                    ):
                        role, fresh = "repeated", True
            if role is None and (main >= len(cells) or cells[main] == ""):
                #: A row that says nothing the template knows, such as one with a serial number alone.
                role = None if any(cells[i] != "" for i in mapped if i < len(cells)) else "note"
            if role is None:
                fresh = False
                sums.add(number, cells)
                yield number, cells
                continue
            self._aside(number, role, cells)
            if role == "total":
                part = is_subtotal(self.asides[-1].cells)
                for index, stated, found in sums.check(cells, part=part):
                    cell = f"{get_column_letter(index + 1)}{number}"
                    if found is None:
                        what = f"合计 {stated} 未核对：本列有约数或文字，不能相加"
                        tell("source", cell, what, names.get(index, ""))
                        continue
                    what = f"合计写的是 {stated}，逐行相加为 {found}；请核对"
                    tell("sum", cell, what, names.get(index, ""))

    def section_of(self, row: int) -> str:
        """Return the heading of the section that a row read stands in, without its number; "" for none."""
        heading = next(
            (each for each in reversed(self.asides) if each.role == "section" and each.row < row),
            None,
        )
        text = next((cell for cell in heading.cells if cell), "") if heading else ""
        return _SECTION_NUMBER.sub("", text).strip()

    def _role(
        self, number: int, cells: Sequence[Cell], filled: int, *, fresh: bool, names: dict[int, str]
    ) -> str | None:
        """Return what a row is if it is no data, None if it is (or may be)."""
        first = next(cell for cell in cells if cell != "")
        lead = fold(shown(first)[:60])
        if filled > _FEW and not (_TOTAL.match(lead) or (fresh and _NUMBERS.fullmatch(lead))):
            return None
        if _TOTAL.match(lead) or self._totals_behind(cells):
            return "total"
        if fresh and _is_numbering(cells, filled):
            return "numbering"
        if filled > _FEW:
            return None
        return self._lone(number, cells, lead, filled, names)

    def _totals_behind(self, cells: Sequence[Cell]) -> bool:
        """Whether one of the first three cells says 合计 with nothing but a number before it."""
        return any(
            isinstance(cell, str) and _TOTAL.fullmatch(fold(cell)) for cell in cells[:3] if cell
        )

    def _lone(
        self, number: int, cells: Sequence[Cell], lead: str, filled: int, names: dict[int, str]
    ) -> str | None:
        """Judge a row with few cells filled."""
        if lead in self._titles:
            return "repeated"
        if filled == 1 and self._is_across(number):
            return "section" if _SECTION.match(lead) and not _NOTE.match(lead) else "note"
        if _NOTE.match(lead) or (filled == 1 and _LABELLED.match(lead)):
            return "note"
        place = next(i for i, cell in enumerate(cells) if cell != "")
        if filled == 1 and _SECTION.match(lead) and (place == 0 or not names.get(place)):
            return "section"
        return None

    def _is_across(self, number: int) -> bool:
        """Whether a merged cell takes up most of the row."""
        width = len(self.header.matches) if self.header else 0
        return any(
            top == number == bottom and (right - left + 1) * 2 >= width
            for top, left, bottom, right in self._spans
        )

    def _anchors(self) -> list[tuple[int, str, tuple[str, ...]]]:
        """Return place and text of the first name of each line of the header, and the whole line."""
        lines = [aside.cells for aside in self.asides if aside.role == "header"]
        first = [next(((i, cell) for i, cell in enumerate(line) if cell), None) for line in lines]
        return [(*at, line) for at, line in zip(first, lines, strict=True) if at]

    def _aside(self, number: int, role: str, cells: Sequence[Cell]) -> None:
        self.asides.append(Aside(number, role, tuple(map(shown, cells))))


def _says_anything(cells: Sequence[Cell]) -> bool:
    """Whether any cell holds more than blanks, which spreadsheets keep and nobody sees."""
    return any(cell != "" and not (type(cell) is str and cell.isspace()) for cell in cells)


def _names_party(cells: Sequence[Cell]) -> bool:
    texts = [fold(cell) for cell in cells if isinstance(cell, str) and cell]
    return any(_CREDIT_CODE.fullmatch(text) or _SHORT_NUMBER.fullmatch(text) for text in texts)


def _is_numbering(cells: Sequence[Cell], filled: int) -> bool:
    """Whether the row only numbers the columns: 甲 乙 1 2 3."""
    texts = [fold(shown(cell)) for cell in cells if cell != ""]
    if filled < 3 or not all(_NUMBERS.fullmatch(text) for text in texts):  # noqa: PLR2004
        return False
    numbers = [int(text) for text in texts if text.isdigit()]
    return numbers == list(range(1, len(numbers) + 1))


def _says(cells: Sequence[Cell], line: Sequence[str]) -> bool:
    """Whether every filled cell repeats the header's line."""
    pairs = [(str(a), b) for a, b in zip(cells, line, strict=False) if a != ""]
    return all(fold(a) == fold(b) for a, b in pairs) and len(pairs) > 1


def is_subtotal(cells: Sequence[str]) -> bool:
    """Whether a total is one of a part."""
    return any(_SUBTOTAL.match(fold(cell)) for cell in cells[:3] if cell)
