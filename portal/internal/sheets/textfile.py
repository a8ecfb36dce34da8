"""Reader of documents: a header block between two lines of ---, then Markdown."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from portal.internal.sheets.cells import BadCell
from portal.internal.sheets.intake import check_size
from portal.internal.sheets.limits import Limits
from portal.internal.sheets.reader import Read
from portal.internal.sheets.report import Report, Unreadable
from portal.internal.sheets.spec import BadRow, Sheet

_FENCE = "---"
_COLON = re.compile("([:：])")


class TextReader:
    """Reads one document; problems name the line."""

    def __init__(
        self,
        path: Path,
        sheet: Sheet,
        agency_code: str,
        report: Report,
        *,
        file_name: str | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Read the file; people know it as `file_name`.

        Raises:
            Unreadable: not text, or no header block.

        """
        check_size(path, limits or Limits())
        self._name, self._sheet = file_name or path.name, sheet
        self._agency_code, self.report = agency_code, report
        self._lines = _text_of(path).splitlines()
        if not self._lines or self._lines[0].strip() != _FENCE or _FENCE not in self._lines[1:]:
            raise Unreadable(
                "缺少文件头：首行应为 ---，随后逐行“项目: 内容”，再以一行 --- 结束，其后为正文"
            )

    def records(self) -> Iterator[Read]:
        """Yield the document, if it can be built."""
        end = self._lines.index(_FENCE, 1)
        known = {name: column for column in self._sheet.columns for name in column.headers()}
        values: dict[str, Any] = {}
        places: dict[str, str] = {}
        before = self.report.error_count
        for number, line in enumerate(self._lines[1:end], 2):
            if not line.strip():
                continue
            name, colon, text = [*_COLON.split(line, 1), "", ""][:3]
            column = known.get(name.strip())
            if not colon or column is None or column.field == "body":
                self._error(
                    f"第{number}行", f"不认识的项目“{name.strip()[:40]}”；请写作“标题: 内容”"
                )
            elif column.field in values:
                self._error(f"第{number}行", "项目重复；请只保留一行", column.title)
            elif text.strip():
                places[column.field] = f"第{number}行"
                self._parse(column.field, text.strip(), places[column.field], values)
        body = "\n".join(self._lines[end + 1 :]).strip()
        if body:
            places["body"] = f"第{end + 2}行起"
            self._parse("body", body, places["body"], values)
        for column in self._sheet.columns:
            if column.required and column.field not in places:
                self._error(
                    "文件头" if column.field != "body" else "正文", "必填，不能为空", column.title
                )
        if self.report.error_count > before:
            return
        try:
            record = self._sheet.build(self._agency_code, values, ())
        except BadRow as error:
            self._error(
                places.get(error.field, "文件头"), str(error), self._sheet.column(error.field).title
            )
            return
        yield Read(record, 1, places)

    def _parse(self, field: str, text: str, place: str, values: dict[str, Any]) -> None:
        column = self._sheet.column(field)
        try:
            values[field] = column.parse(text)
        except BadCell as error:
            self._error(place, str(error), column.title)

    def _error(self, place: str, what: str, column: str = "") -> None:
        self.report.tell("cell", self._name, place, what, column)


def _text_of(path: Path) -> str:
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("既不是 UTF-8 也不是 GB18030 编码的文本；请另存为 UTF-8 文本")
