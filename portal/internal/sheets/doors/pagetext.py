"""The text of a cell of a page, as a reader sees it."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from portal.internal.sheets.doors.concealed import SILENT, Concealment
from portal.internal.sheets.doors.sight import Sight

_BLANKS = re.compile(r"[ \t\r\n\f]+")
_BLOCKS = {"p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "dt", "dd"}
_APART = {"td", "th"}


def text_of(cell: LexborNode, concealment: Concealment, *, own: bool = False) -> tuple[str, bool]:
    """Return the text that is shown, and whether there is some that is not.

    Lines end at <br> and between paragraphs; cells of a table within are set apart by a blank.
    The cell's own text is that without any table within.
    """
    apart = SILENT | {"table"} if own else SILENT
    parts: list[str] = []
    left_out = False
    #: Nodes to come, the next one last; a tag alone says that its element ends.
    stack: list[LexborNode | str] = []
    stack.extend([*children(cell)][::-1])
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            _separate(parts, node)
        elif node.is_text_node:
            text = node.text_content or ""
            if concealment.is_folded(node):
                left_out = left_out or bool(text.strip())
            else:
                parts.append(_BLANKS.sub(" ", text))
        elif not node.is_element_node or (tag := node.tag or "") in apart:
            continue
        elif concealment.of(node) is not Sight.SHOWN:
            left_out = left_out or bool((node.text() or "").strip())
        elif tag == "br":
            parts.append("\n")
        else:
            _separate(parts, tag)
            stack.append(tag)
            stack.extend(list(children(node))[::-1])
    return _tidy("".join(parts)), left_out


def children(node: LexborNode) -> Iterator[LexborNode]:
    """Yield the nodes right below a node."""
    child = node.child
    while child is not None:
        yield child
        child = child.next


def _separate(parts: list[str], tag: str) -> None:
    """Begin a line at a paragraph, unless one has just begun."""
    if tag in _BLOCKS:
        if parts and not parts[-1].endswith("\n"):
            parts.append("\n")
    elif tag in _APART and parts and not parts[-1].endswith(("\n", " ")):
        parts.append(" ")


def _tidy(text: str) -> str:
    """Trim, and make a non-breaking blank an ordinary one."""
    lines = text.replace("\xa0", " ").split("\n")
    return "\n".join(line.strip() for line in lines).strip()
