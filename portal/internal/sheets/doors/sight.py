"""What style sheets and declarations of a page keep from view."""

import re
from collections.abc import Iterator
from enum import Enum

from portal.internal.sheets.doors.unshown import SHOWN, Unshown, unshown_by


class Sight(Enum):
    """How an element is kept from view: it keeps its place, or the next one moves up into it."""

    SHOWN = 0
    UNSEEN = 1
    GONE = 2


_NOUGHT = r"0*(?:\.0+)?\s*(?:px|pt|em|rem|in|cm|mm|%)?\s*(?:;|!|$)"
_GONE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_UNSEEN = re.compile(
    r"visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all"
    r"|(?:^|;|\s)font(?:-size)?\s*:[^;]{0,40}?(?<![\d.])0+(?:\.0+)?\s*(?:px|pt|em|rem|%)?\s*(?:;|!|/|$|\s)"
    r"|(?:^|;|\s)opacity\s*:\s*0*(?:\.0+)?\s*(?:;|!|$)"
    #: Out of the page, cut away, or shrunk to nothing.
    r"|(?:^|;|\s)(?:text-indent|left|right|top|bottom|margin-(?:left|top))\s*:\s*-\d{3,}"
    r"|(?:^|;|\s)clip\s*:\s*rect\(\s*(?:[01](?:px)?[\s,]*){4}\)"
    r"|(?:^|;|\s)clip-path\s*:\s*(?:inset\(\s*(?:50|100)%|circle\(\s*0)"
    r"|(?:^|;|\s)transform\s*:[^;]{0,40}?scale[xy]?\(\s*0\s*[,)]",
    re.IGNORECASE,
)
_CUT = re.compile(r"(?:^|;|\s)overflow(?:-[xy])?\s*:\s*(?:hidden|clip)", re.IGNORECASE)
_FLAT = re.compile(
    r"(?:^|;|\s)(?:max-)?(?:width|height)\s*:\s*(?:1px|" + _NOUGHT + ")", re.IGNORECASE
)
_FORMAT = re.compile(
    r"""mso-number-format\s*:\s*(?:"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|((?:\\.|[^;\\])*))""",
    re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\(?:([0-9a-f]{1,6})\s?|(.))", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
#: Rules around others that hold on any screen, whatever its size.
_ANY_SCREEN = re.compile(
    r"@(?:layer|supports)\b|@media(?:[^,]*,)*\s*(?:only\s+)?(?:all|screen)?\s*(?:,|$)",
    re.IGNORECASE,
)
_PSEUDO = re.compile(r":+([a-z-]*)", re.IGNORECASE)
#: What of an element does not change as one points at it; others, such as :hover, hide nothing for good.
_LASTING = {
    "not", "is", "where", "has", "root", "empty", "first-child", "last-child", "only-child", "nth-child",
    "nth-last-child", "first-of-type", "last-of-type", "only-of-type", "nth-of-type", "nth-last-of-type",
}  # fmt: skip
_COMMA = re.compile(r",(?![^(]*\))")
_HIGHEST = 0x10FFFF


def sight_of(declarations: str) -> Sight:
    """Return how these declarations show an element."""
    if _GONE.search(declarations):
        return Sight.GONE
    if _UNSEEN.search(declarations) or (_CUT.search(declarations) and _FLAT.search(declarations)):
        return Sight.UNSEEN
    return Sight.SHOWN


def format_in(declarations: str) -> Unshown:
    r"""Return what the number format in these declarations, as Excel writes them, shows nothing of.

    >>> tuple(format_in(r'mso-number-format:"\;\;\;";color:red'))
    (True, True)
    """
    match = _FORMAT.search(declarations)
    if match is None:
        return SHOWN
    code = next((each for each in match.groups() if each), "")
    return unshown_by(_ESCAPE.sub(_character, code).strip())


def _character(match: re.Match[str]) -> str:
    return chr(min(int(match[1], 16), _HIGHEST)) if match[1] else match[2]


def is_flat(stated: str | None, declarations: str, name: str) -> bool:
    """Whether a row or column has no size, by its attribute of this name or by its style.

    >>> is_flat("0", "", "width"), is_flat(None, "width:0pt;color:red", "width"), is_flat("10", "", "width")
    (True, True, False)
    """
    return bool(
        (stated is not None and re.fullmatch(_NOUGHT, stated.strip()) and stated.strip())
        or re.search(rf"(?:^|;|\s){name}\s*:\s*(?=[0.]){_NOUGHT}", declarations, re.IGNORECASE)
    )


def rules_of(sheet: str) -> Iterator[tuple[str, str]]:
    """Yield (selector, declarations) of the rules of a style sheet that hold for every screen, for good."""
    text = _COMMENT.sub(" ", sheet)
    inside: list[str] = []
    start = 0
    for match in re.finditer(r"[{}]", text):
        piece = text[start : match.start()].strip()
        start = match.end()
        if match[0] == "{":
            inside.append(piece.rpartition(";")[2].strip())
        elif inside:
            selectors = inside.pop()
            if selectors.startswith("@") or not all(map(_ANY_SCREEN.match, inside)):
                continue
            for each in _COMMA.split(selectors):
                if each.strip() and set(_PSEUDO.findall(each.lower())) <= _LASTING:
                    yield each.strip(), piece
