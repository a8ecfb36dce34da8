"""What a page holds but does not show: by attribute, by style, by a rule of its style sheets."""

import re
from collections.abc import Iterator
from enum import Enum

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

#: Elements whose text is never shown.
SILENT = {
    "script", "style", "template", "head", "title", "noscript", "select", "datalist", "textarea",
    "iframe", "object", "svg", "math", "rt", "rp", "xml",
}  # fmt: skip
_GONE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_UNSEEN = re.compile(
    r"visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all"
    r"|(?:^|;|\s)font(?:-size)?\s*:[^;]{0,40}?(?<![\d.])0+(?:\.0+)?\s*(?:px|pt|em|rem|%)?\s*(?:;|!|/|$|\s)"
    r"|(?:^|;|\s)opacity\s*:\s*0*(?:\.0+)?\s*(?:;|!|$)",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_MOST_CSS = 1_000_000
_MOST_RULES = 200


class Sight(Enum):
    """How an element is kept from view: it keeps its place, or the next one moves up into it."""

    SHOWN = 0
    UNSEEN = 1
    GONE = 2


class Concealment:
    """Tells of the elements of one page whether they are shown."""

    def __init__(self, page: LexborHTMLParser) -> None:
        """Read the page's own style sheets."""
        self._by_rule: dict[int, Sight] = {}
        for selector, sight in _rules_of(page):
            try:
                for node in page.css(selector):
                    self._by_rule[node.mem_id] = sight
            except SelectolaxError:
                #: Not a selector this reader knows; browsers pass over such rules as well.
                continue

    def of(self, node: LexborNode) -> Sight:
        """Return how an element is shown, its ancestors aside."""
        attributes = node.attributes
        if attributes:
            if "hidden" in attributes:
                return Sight.GONE
            if (style := attributes.get("style")) and (sight := _sight(style)) is not Sight.SHOWN:
                return sight
        return self._by_rule.get(node.mem_id, Sight.SHOWN) if self._by_rule else Sight.SHOWN


def _sight(declarations: str) -> Sight:
    if _GONE.search(declarations):
        return Sight.GONE
    return Sight.UNSEEN if _UNSEEN.search(declarations) else Sight.SHOWN


def _rules_of(page: LexborHTMLParser) -> Iterator[tuple[str, Sight]]:
    count = 0
    for style in page.css("style"):
        text = _COMMENT.sub(" ", (style.text() or "")[:_MOST_CSS])
        for selector, declarations in _rules(text):
            sight = _sight(declarations)
            if sight is Sight.SHOWN or ":" in selector:
                continue
            count += 1
            if count > _MOST_RULES:
                return
            yield selector, sight


def _rules(text: str) -> Iterator[tuple[str, str]]:
    """Yield (selector, declarations) of the rules that hold for every screen: none within @…."""
    depth, start, selector = 0, 0, ""
    for match in re.finditer(r"[{}]", text):
        piece = text[start : match.start()].strip()
        start = match.end()
        if match[0] == "{":
            depth += 1
            if depth == 1:
                selector = piece.rpartition(";")[2].strip()
        elif depth:
            depth -= 1
            if depth == 0 and selector and not selector.startswith("@"):
                yield selector, piece
