"""Looks a file over from outside while it is being read: whole, safe to unpack, really a workbook."""

import re
import zipfile
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import Element

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from portal.internal.sheets.doors import cellscan, pick, xmlparse, zeros, zipped
from portal.internal.sheets.doors.cellscan import Remarks
from portal.internal.sheets.doors.partscan import PartScan
from portal.internal.sheets.doors.shape import MACROS_OR_LINKS, Ask, Unfit
from portal.internal.sheets.doors.zeros import Styles
from portal.internal.sheets.limits import Limits
from portal.internal.sheets.report import Unreadable

_MACROS_OR_LINKS = re.compile(r"vbaProject\.bin$|^xl/externalLinks/")
_DAMAGED = "不是完整的 .xlsx 工作簿（可能下载未完成或已损坏）；请重新导出或另存后再导入"
#: The parts that say which worksheets there are; larger ones are no such thing.
_MOST_INDEX_BYTES = 16 * 1024 * 1024
_BOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"

Members = dict[str, zipfile.ZipInfo]


def check_size(path: Path, limits: Limits | None = None) -> None:
    """Refuse an empty or oversized file.

    Raises:
        Unreadable: with what to do instead.

    """
    most = (limits or Limits()).file_mb
    size = path.stat().st_size
    if size == 0:
        raise Unreadable("文件是空的（0字节）；请重新导出后再导入")
    if size > most * 2**20:
        raise Unreadable(f"文件 {size // 2**20} MB，超过上限 {most} MB；请拆分后分批导入")


def look_over(file: BinaryIO, ask: Ask, *, far: bool = False) -> Remarks:
    """Refuse an XLSX workbook that is damaged, a bomb, or holds what we do not take.

    Every part is unpacked here once, piece by piece, and must be as large as it says. The sheet
    that will be read is then looked at closely, if it has anything that calls for it. Asked to,
    it also finds the cell far out that took the reader all its memory.

    Raises:
        Unfit: with the reason and what to do instead.

    """
    try:
        entries = zipped.directory(file, ask.limits)
        members = {member.filename: member for member in entries}
        _check_kind(members)
        if len(members) < len(entries):
            raise Unfit(_DAMAGED)
        scans = {}
        for member in entries:
            if _MACROS_OR_LINKS.search(member.filename):
                raise Unfit(MACROS_OR_LINKS)
            scans[member.filename] = PartScan(member.filename, ask.limits, far=far)
            scans[member.filename].run(zipped.pieces(file, member))
    except (zipfile.BadZipFile, RuntimeError, UnicodeDecodeError) as error:
        raise Unfit(_DAMAGED) from error
    return _look_closely(file, members, scans, ask)


def _check_kind(members: Members) -> None:
    if "[Content_Types].xml" not in members or "content.xml" in members:
        raise Unfit("是压缩包但不是 .xlsx 工作簿；请用表格软件另存为 .xlsx")
    if "xl/workbook.bin" in members:
        raise Unfit("是二进制格式的 .xlsb 工作簿；请用表格软件另存为 .xlsx 后再导入")


def _look_closely(
    file: BinaryIO, members: Members, scans: dict[str, PartScan], ask: Ask
) -> Remarks:
    """Look at the sheet that will be read; at every suspect, where that cannot be told."""
    try:
        targets = _targets(file, members)
        parts = _sheet_parts(file, members, targets)
        styles = _styles(file, members, targets)
    except (ElementTree.ParseError, DefusedXmlException, xmlparse.NotXml) as error:
        raise Unfit("无法读取该工作簿（可能已损坏或加密）；请另存为 .xlsx 后再导入") from error
    try:
        name = pick.pick(list(parts), ask)
    except Unfit:
        #: The reader, who knows every kind of sheet, will say so, or find one after all.
        name = ask.title
    part, titles = parts.get(name), {part: title for title, part in parts.items()}
    found = Remarks()
    for each, scan in scans.items():
        if part != each if part in members else not _may_be_sheet(each):
            continue
        if scan.blind and part == each:
            raise Unfit(f"工作表“{name}”不是 UTF-8 编码，无法核对；请用表格软件另存为 .xlsx")
        if not scan.suspect and not styles:
            continue
        pieces = zipped.pieces(file, members[each])
        try:
            remarks = cellscan.look(pieces, titles.get(each, ""), styles)
        except xmlparse.NotXml as error:
            raise Unfit(f"工作表“{name}”已损坏，无法读取；请另存为 .xlsx 后再导入") from error
        found.unread.update(remarks.unread)
        found.rows |= remarks.rows
        found.columns |= remarks.columns
        found.blank |= remarks.blank
        found.zeros |= remarks.zeros
    return found


def _may_be_sheet(part: str) -> bool:
    return part.startswith("xl/") and part.endswith(".xml")


def _targets(file: BinaryIO, members: Members) -> dict[str, tuple[str, str]]:
    """Return, by relation, its kind and the part it leads to."""
    if _RELATIONS not in members:
        return {}
    return {
        each.get("Id", ""): (
            each.get("Type", "").rpartition("/")[2],
            "xl/" + each.get("Target", "").removeprefix("/xl/"),
        )
        for each in ElementTree.fromstring(_small(file, members[_RELATIONS]))
    }


def _sheet_parts(
    file: BinaryIO, members: Members, targets: dict[str, tuple[str, str]]
) -> dict[str, str]:
    """Return sheet name → part name inside the workbook."""
    if _BOOK not in members or not targets:
        return {}
    sheets = ElementTree.fromstring(_small(file, members[_BOOK])).iterfind(".//{*}sheet")
    return {
        each.get("name", ""): targets.get(_relation(each) or "", ("", "xl/"))[1] for each in sheets
    }


def _styles(file: BinaryIO, members: Members, targets: dict[str, tuple[str, str]]) -> Styles:
    """Return the cell styles that show something else than what is there."""
    part = next((part for kind, part in targets.values() if kind == "styles"), "")
    return zeros.styles_of(zipped.pieces(file, members[part])) if part in members else Styles()


def _small(file: BinaryIO, member: zipfile.ZipInfo) -> bytes:
    if member.file_size > _MOST_INDEX_BYTES:
        most = _MOST_INDEX_BYTES // 2**20
        raise Unfit(f"部件 {member.filename} 超过上限 {most} MB；请用表格软件另存为新的 .xlsx")
    return b"".join(zipped.pieces(file, member))


def _relation(element: Element) -> str | None:
    """Return the relationship's id: the attribute's namespace has a common and a strict form."""
    return next((value for name, value in element.items() if name.endswith("}id")), None)
