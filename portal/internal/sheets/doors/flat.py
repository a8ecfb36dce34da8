"""Flat OpenDocument (.fods): the whole document as one XML file."""

from collections.abc import Iterator
from typing import BinaryIO

from portal.internal.sheets.doors import xmlparse
from portal.internal.sheets.doors.gathered import Gathering
from portal.internal.sheets.doors.odscontent import Content
from portal.internal.sheets.doors.shape import Ask, Found, Row, Say, Unfit
from portal.internal.sheets.doors.xml2003 import text_of


def open_door(file: BinaryIO, ask: Ask, _say: Say) -> tuple[Found, Iterator[Row]]:
    """Open a document as `ods` does."""
    gathering = Gathering(ask)
    content = Content(gathering, ask.limits)
    try:
        xmlparse.run(text_of(file), content.start, content.end, content.data)
    except xmlparse.NotXml as error:
        raise Unfit(f"不是完整的 .fods 文件（{error}）；请用表格软件打开后另存为 .xlsx") from error
    return gathering.choose()
