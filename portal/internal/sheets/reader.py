"""From a file to records: open it, lay its table out, read its columns, hold rows together."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from portal.internal.sheets import forms
from portal.internal.sheets.columns import ColumnsReader
from portal.internal.sheets.doors.shape import HIDDEN
from portal.internal.sheets.grouping import Grouping, Left
from portal.internal.sheets.header import Header, match_columns
from portal.internal.sheets.layout import Aside, Layout
from portal.internal.sheets.limits import Limits
from portal.internal.sheets.mapping import Profile
from portal.internal.sheets.read import Read as Read
from portal.internal.sheets.report import Report
from portal.internal.sheets.sources import Source, open_table
from portal.internal.sheets.spec import Sheet
from portal.internal.sheets.told_columns import report_columns

_CHUNK = 250
Choose = Callable[[Sequence[str]], Profile | None]


@dataclass(frozen=True, slots=True)
class How:
    """How a table is to be read: by which profile, with which constants, within which limits."""

    #: Given the column names found (none yet at first), returns the profile to read them by.
    choose: Choose = lambda _: None
    #: Field → what the clerk says it is for the whole file.
    given: Mapping[str, str] = field(default_factory=dict)
    #: Worksheet or table to read.
    wanted: str | None = None
    limits: Limits = field(default_factory=Limits)
    #: Is given what could be read of each record that cannot be built.
    left: Left = lambda *_: None


class Reader:
    """Reads one table by its sheet specification; problems go to the report, all of them."""

    def __init__(
        self,
        path: Path,
        sheet: Sheet,
        agency_code: str,
        report: Report,
        *,
        file_name: str | None = None,
        how: How | None = None,
    ) -> None:
        """Open the file; people know it as `file_name`.

        Raises:
            Unreadable: the file as a whole cannot be taken.

        """
        how = how or How()
        self.sheet, self.report = sheet, report
        first = how.choose([])
        self.source: Source = open_table(
            path,
            sheet.title,
            file_name or path.name,
            wanted=how.wanted or (first.sheet if first else None),
            limits=how.limits,
        )
        self._agency_code = agency_code
        self._given, self._left = how.given, how.left
        self.layout = Layout(self.source, sheet, how.choose)
        if self.layout.form is not None:
            report.where = self.layout.form.where
            self.source.unread = forms.unread(self.layout.form, self.source.unread)
        self.rows_read = 0
        self._letters: dict[str, str] = {}

    @property
    def asides(self) -> list[Aside]:
        """Rows that are no data, once all records are read."""
        return self.layout.asides

    @property
    def profile(self) -> Profile | None:
        """The mapping profile the table was read by."""
        return self.layout.profile

    def records(self) -> Iterator[Read]:
        """Yield the records that could be built."""
        for note in self.source.notes:
            self._tell("hidden" if note.endswith(HIDDEN) else "source", "", note)
        columns = self._columns()
        if columns is None:
            return
        grouping = Grouping(self.sheet, self._agency_code, self._letters, self._tell, self._left)
        rows = self.layout.rows(self._tell)
        while chunk := list(islice(rows, _CHUNK)):
            self.rows_read += len(chunk)
            yield from grouping.take(columns.read(chunk))
        yield from grouping.last()
        columns.tell_left()
        self._tell_asides()
        if not self.rows_read and not self.source.unread:
            self._tell("empty", "", "没有数据行；请在表头下方逐行填写")

    def _columns(self) -> ColumnsReader | None:
        """Match the columns; None when the header has faults, which the report then holds."""
        header, where = self.layout.header, self.source.sheet
        if header is None:
            self._tell_no_header()
            return None
        profile = self.layout.profile
        fills = {**(profile.fill if profile else {}), **self._given}
        looks = self.layout.looks()
        header = match_columns(header, self.sheet, profile, filled=set(fills), looks=looks)
        if not any(match.column for match in header.matches):
            self._tell_no_header()
            return None
        self.layout.header = header
        self._tell_given(header)
        before = self.report.error_count
        report_columns(header, self.sheet, profile, self.report, where=where, fills=fills)
        self._letters = header.letters
        if self.report.error_count > before:
            return None
        return ColumnsReader(
            header, self.sheet, self._tell, profile=profile, given=self._given,
            unread=self.source.unread, section_of=self.layout.section_of,
        )  # fmt: skip

    def _tell_given(self, header: Header) -> None:
        """Tell what is given for the whole file and stands in a column as well."""
        for match in header.matches:
            if match.column and match.column.field in self._given:
                what = f"“{match.column.title}”已由列“{match.name.text}”写明；另行给出的内容只填入空白单元格"
                self._tell("source", "", what)

    def column_titles(self) -> list[tuple[str, str]]:
        """Return, for each column with a name, the template's column it was read as, "" for none."""
        matches = self.layout.header.matches if self.layout.header else []
        return [
            (each.name.text, each.column.title if each.column else "")
            for each in matches
            if each.name.full
        ]

    def _tell_no_header(self) -> None:
        titles = "、".join(column.title for column in self.sheet.columns if column.required)
        what = f"没有找到“{self.sheet.title}”的表头；应有：{titles}。"
        hint = "可下载空白模板对照，或为本表建立映射方案"
        self._tell("header", "", what + hint)

    def _tell_asides(self) -> None:
        for aside in self.asides:
            if aside.role not in ("title", "header"):
                words = " ".join(cell for cell in aside.cells if cell)[:60]
                self._tell("aside", f"第{aside.row}行", f"{aside.zh}，留存不登记：{words}")

    def _tell(self, rule: str, cell: str, what: str, column: str = "") -> None:
        self.report.tell(rule, self.source.sheet, cell, what, column)
