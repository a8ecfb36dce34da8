"""What a page holds but does not show: by attribute, by style, by a rule of its style sheets."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from portal.internal.sheets.doors.sight import Sight, format_in, is_flat, rules_of, sight_of
from portal.internal.sheets.doors.unshown import SHOWN

#: Elements whose text is never shown.
SILENT = {
    "script", "style", "template", "head", "title", "noscript", "select", "datalist", "textarea",
    "iframe", "object", "svg", "math", "rt", "rp", "xml", "canvas", "audio", "video", "progress", "meter",
    "noframes", "noembed",
}  # fmt: skip
_MOST_CSS = 1_000_000
_MOST_RULES = 200
_NUMBER = re.compile(r"\s*[+-]?[0-9][0-9,.]*%?\s*")


class Concealment:
    """Tells of the elements of one page whether they are shown."""

    def __init__(self, page: LexborHTMLParser) -> None:
        """Read the page's own style sheets, and see what is folded up."""
        self._by_rule: dict[int, Sight] = {}
        #: Texts right within what is folded up.
        self._folded: set[int] = set()
        for selector, declarations in _rules_of(page):
            try:
                for node in page.css(selector):
                    if (sight := _sight(declarations, node)) is not Sight.SHOWN:
                        self._by_rule[node.mem_id] = sight
            except SelectolaxError:
                #: Not a selector this reader knows; browsers pass over such rules as well.
                continue
        for node in page.css("dialog:not([open])"):
            self._by_rule[node.mem_id] = Sight.GONE
        for node in page.css("details:not([open])"):
            self._fold(node)

    def of(self, node: LexborNode) -> Sight:
        """Return how an element is shown, its ancestors aside."""
        attributes = node.attributes
        if attributes:
            if "hidden" in attributes:
                return Sight.GONE
            style = attributes.get("style")
            if style and (sight := _sight(style, node)) is not Sight.SHOWN:
                return sight
        return self._by_rule.get(node.mem_id, Sight.SHOWN) if self._by_rule else Sight.SHOWN

    def is_folded(self, text: LexborNode) -> bool:
        """Whether a text stands right within something that is folded up."""
        return bool(self._folded) and text.mem_id in self._folded

    def _fold(self, details: LexborNode) -> None:
        child = details.child
        while child is not None:
            if child.is_text_node:
                self._folded.add(child.mem_id)
            elif child.tag != "summary":
                self._by_rule[child.mem_id] = Sight.GONE
            child = child.next


def has_no_size(node: LexborNode, name: str) -> bool:
    """Whether a row or column is of no size; `name`: width or height."""
    attributes = node.attributes
    return is_flat(attributes.get(name), attributes.get("style") or "", name)


def _sight(declarations: str, node: LexborNode) -> Sight:
    """Return how declarations show an element, also by a number format that shows nothing of what is in it."""
    sight = sight_of(declarations)
    if sight is Sight.SHOWN and (hides := format_in(declarations)) != SHOWN:
        is_number = _NUMBER.fullmatch(node.text() or "") is not None
        return Sight.UNSEEN if hides.hides(is_number=is_number) else sight
    return sight


def _rules_of(page: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    count = 0
    for style in page.css("style"):
        for selector, declarations in rules_of((style.text() or "")[:_MOST_CSS]):
            if sight_of(declarations) is Sight.SHOWN and format_in(declarations) == SHOWN:
                continue
            count += 1
            if count > _MOST_RULES:
                return
            yield selector, declarations
