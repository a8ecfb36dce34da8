"""What kind of file it is, told by its content: names lie, and .xls is often none."""

import re
from typing import BinaryIO

from portal.internal.sheets.doors.encodings import sample_of
from portal.internal.sheets.doors.shape import Unfit

_OLE = b"\xd0\xcf\x11\xe0"
#: Workbooks of Excel 5 and before, without the compound file around them.
_BARE_XLS = (b"\x09\x08\x10\x00", b"\x09\x08\x08\x00", b"\x09\x04\x06\x00", b"\x09\x02\x06\x00", b"\x09\x00\x04\x00")  # fmt: skip
_OTHERS = {
    b"%PDF": "PDF 文件",
    b"{\\rtf": "RTF 文档",
    b"\x89PNG": "图片",
    b"\xff\xd8\xff": "图片",
    b"GIF8": "图片",
    b"Rar!": "压缩包",
    b"7z\xbc\xaf": "压缩包",
    b"\x1f\x8b": "压缩包",
}
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_TAG = re.compile(
    r"<(?:!doctype\s+html|html|head|meta|body|table|style|title|div|center|font|form|p|span|link"
    r"|script|br|h[1-6]|tbody|thead|tr|colgroup|caption)[\s/>]",
    re.IGNORECASE,
)
_LEAD = re.compile(r"\s*(?:<\?[^>]*\?>\s*|<!--.*?-->\s*|<!\[[^>]*\]>\s*)*", re.DOTALL)


def kind_of(file: BinaryIO) -> str:
    """Return the door for a file.

    Raises:
        Unfit: it is something else, which the message names.

    """
    file.seek(0)
    head = file.read(512)
    if head.startswith(b"PK"):
        return _kind_of_zip(file)
    if head.startswith((_OLE, *_BARE_XLS)):
        return "xls"
    for magic, name in _OTHERS.items():
        if head.startswith(magic):
            raise Unfit(f"是{name}，不是表格；请用表格软件打开或录入，另存为 .xlsx 后再导入")
    return _kind_of_text(sample_of(file))


def _kind_of_zip(file: BinaryIO) -> str:
    """Return the kind of a zip file: OpenDocument says its own first of all, unpacked."""
    file.seek(0)
    head = file.read(200)
    if head[26:30] == b"\x08\x00\x00\x00" and head[30:38] == b"mimetype" and _ODS in head:
        return "ods"
    return "xlsx"


def _kind_of_text(text: str) -> str:
    lead = text.lstrip("\ufeff \t\r\n")
    if lead[:10].lower().startswith("mime-ver"):
        raise Unfit("是 MHTML 单一网页文件；请用表格软件打开后另存为 .xlsx 再导入")
    if lead[:8].lower() == "version:" and "starthtml:" in lead[:200].lower():
        return "html"
    if not lead.startswith("<"):
        return "text"
    if "urn:schemas-microsoft-com:office:spreadsheet" in lead and re.search(
        r"<(?:\w+:)?Workbook\b", lead
    ):
        return "xml2003"
    if re.search(r"<office:document\b", lead):
        return "flat"
    rest = lead[_LEAD.match(lead).end() :]  # type: ignore[union-attr]
    if _TAG.match(rest) or (lead.startswith("<!--") and _TAG.search(lead)):
        return "html"
    if lead.startswith("<?xml"):
        raise Unfit("是 XML 文件，但不是可识别的表格；请用表格软件打开后另存为 .xlsx")
    return "text"
