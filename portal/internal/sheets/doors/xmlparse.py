"""XML as it streams by, element by element, without a tree; definitions of entities are refused."""

from collections.abc import Callable, Iterable
from xml.parsers import expat

from portal.internal.sheets.doors.shape import Unfit

Attributes = dict[str, str]
Start = Callable[[str, Attributes], None]
End = Callable[[str], None]
Data = Callable[[str], None]


class NotXml(ValueError):
    """The stream is not well-formed."""


def run(
    pieces: Iterable[bytes | str], start: Start, end: End | None = None, data: Data | None = None
) -> None:
    """Feed a document to handlers. Names come with their prefix, as written.

    Raises:
        NotXml: not well-formed.
        Unfit: it has a document type; entities defined there may stand for gigabytes.

    """
    parser = parser_for(start)
    if end:
        parser.EndElementHandler = end
    if data:
        parser.CharacterDataHandler = data
    feed(parser, pieces)


def parser_for(start: Start) -> expat.XMLParserType:
    """Return a parser that refuses definitions; its handlers may be changed as it goes."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = start
    return parser


def feed(parser: expat.XMLParserType, pieces: Iterable[bytes | str]) -> None:
    """Feed a whole document to a parser.

    Raises:
        NotXml: not well-formed.

    """
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise NotXml(str(error)) from error


def _refuse_doctype(*_: object) -> None:
    raise entities("文件")


def entities(what: str) -> Unfit:
    """Return the refusal of a document that defines entities."""
    return Unfit(f"{what}含有 XML 实体或文档类型定义，可能危险；请用表格软件另存为 .xlsx 后再导入")


def local(name: str) -> str:
    """Return a name without its prefix."""
    return name.rpartition(":")[2]
