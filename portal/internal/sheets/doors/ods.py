"""ODS: a zip file with the table in content.xml."""

import re
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from portal.internal.sheets.doors import xmlparse, zipped
from portal.internal.sheets.doors.gathered import Gathering
from portal.internal.sheets.doors.odscontent import Content
from portal.internal.sheets.doors.shape import MACROS_OR_LINKS, Ask, Found, Row, Say, Unfit

_MACROS = re.compile(r"^(?:Basic|Scripts)/.*[^/]$")
_DAMAGED = "不是完整的 .ods 工作簿（可能下载未完成或已损坏）；请重新导出，或另存为 .xlsx 后再导入"
_MOST_MANIFEST = 4 * 1024 * 1024


def open_door(file: BinaryIO, ask: Ask, _say: Say) -> tuple[Found, Iterator[Row]]:
    """Open a document; every worksheet is gathered, for which one is meant shows at the end."""
    gathering = Gathering(ask)
    content = Content(gathering, ask.limits)
    try:
        members = {each.filename: each for each in zipped.directory(file, ask.limits)}
        if any(_MACROS.match(name) for name in members):
            raise Unfit(MACROS_OR_LINKS)
        _refuse_encrypted(file, members)
        if "content.xml" not in members:
            raise Unfit(_DAMAGED)
        if styles := members.get("styles.xml"):
            named = content.styles
            xmlparse.run(zipped.pieces(file, styles), named.start, named.end)
        pieces = zipped.pieces(file, members["content.xml"])
        xmlparse.run(pieces, content.start, content.end, content.data)
    except (zipfile.BadZipFile, xmlparse.NotXml, UnicodeDecodeError) as error:
        raise Unfit(_DAMAGED) from error
    return gathering.choose()


def _refuse_encrypted(file: BinaryIO, members: dict[str, zipfile.ZipInfo]) -> None:
    manifest = members.get("META-INF/manifest.xml")
    if manifest is None or manifest.file_size > _MOST_MANIFEST:
        return
    if b"encryption-data" in b"".join(zipped.pieces(file, manifest)):
        raise Unfit("工作簿设有密码；请取消密码后另存，再导入")
