"""What styles of an OpenDocument table keep from sight: rows and columns of no size, formats that show nothing."""

import re

from portal.internal.sheets.doors import xmlparse
from portal.internal.sheets.doors.unshown import SHOWN, Unshown

#: Styles that follow others go no further up than this.
_MOST_STEPS = 20
_USUAL = "Default"
#: Which hides cells of a protected table; ``formula-hidden`` hides formulas alone.
_GUARDED = "hidden-and-protected"
_FIXED = {"number:text", "number:fill-character"}
_SIZES = {
    "style:table-row-properties": "style:row-height",
    "style:table-column-properties": "style:column-width",
}
_LENGTH = re.compile(r"([0-9]{0,9}(?:\.[0-9]{0,9})?)(pt|cm|mm|in|pc|px|)")
#: Points in each unit.
_POINTS = {"": 1.0, "pt": 1.0, "cm": 28.35, "mm": 2.835, "in": 72.0, "pc": 12.0, "px": 0.75}


class Styles:
    """Is told the elements of styles, and asked by their names when the table comes.

    A data style shows content by any part of it but fixed text; by conditions another takes its place.
    """

    def __init__(self) -> None:
        """Begin with none."""
        #: Whether tables, and rows or columns, of a style that says so are out of sight.
        self._hidden: dict[str, bool] = {}
        self._flat: dict[str, bool] = {}
        #: By any style: the one that it follows.
        self._parents: dict[str, str] = {}
        self._style = self._data = ""
        #: By a style of cells: the one it follows, and its data style.
        self._cells: dict[str, tuple[str, str]] = {}
        #: By a data style: the one that takes its place for positive numbers, itself otherwise.
        self._positive: dict[str, str] = {}
        self._for_text: set[str] = set()
        self._showing: set[str] = set()
        #: Styles of cells that show nothing while their table is protected.
        self._guarded: set[str] = set()
        #: What was asked of styles already, which all come before the cells.
        self._known: dict[str, Unshown] = {}

    def start(self, name: str, has: xmlparse.Attributes) -> None:
        """Take the beginning of an element."""
        if name == "style:style":
            self._style = has.get("style:name", "")
            parent = has.get("style:parent-style-name", "")
            self._parents[self._style] = parent
            if has.get("style:family") == "table-cell":
                self._cells[self._style] = parent, has.get("style:data-style-name", "")
        elif name == "style:table-properties" and "table:display" in has:
            self._hidden[self._style] = has["table:display"] == "false"
        elif name == "style:default-style":
            #: What rows or columns are like that name no style.
            self._style = has.get("style:family", "")
        elif name == "style:table-cell-properties" and _GUARDED in has.get(
            "style:cell-protect", ""
        ):
            self._guarded.add(self._style)
        elif name in _SIZES and (size := has.get(_SIZES[name])):
            self._flat[self._style] = is_flat(size)
        elif name == "style:map" and self._data and ">" in has.get("style:condition", ""):
            self._positive[self._data] = has.get("style:apply-style-name", "")
        elif name.startswith("number:"):
            self._take_data(name, has)

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if name.startswith("number:") and name.endswith("-style"):
            self._data = ""

    def is_hidden(self, style: str) -> bool:
        """Whether a table of this style is out of sight."""
        return self._said(self._hidden, style)

    def is_flat(self, style: str) -> bool:
        """Whether a row or column of this style has no size."""
        return self._said(self._flat, style)

    def _said(self, what: dict[str, bool], style: str) -> bool:
        """Return what a style says, or else the first that does so of those that it follows."""
        for _ in range(_MOST_STEPS):
            if style in what:
                return what[style]
            style = self._parents.get(style, "")
        return False

    def unshown(self, style: str) -> Unshown:
        """Return what cells of this style, or of none, show nothing of."""
        known = self._known.get(style)
        if known is None:
            known = self._known[style] = self._follow(style or _USUAL)
        return known

    def is_guarded(self, style: str) -> bool:
        """Whether a protected table shows nothing of cells of this style, or of none."""
        style = style or _USUAL
        for _ in range(_MOST_STEPS):
            if style in self._guarded:
                return True
            style, _data = self._cells.get(style, ("", ""))
        return False

    def _follow(self, style: str) -> Unshown:
        for _ in range(_MOST_STEPS):
            style, data = self._cells.get(style, ("", ""))
            if data in self._positive:
                return Unshown(
                    numbers=self._positive[data] not in self._showing,
                    texts=data in self._for_text and data not in self._showing,
                )
        return SHOWN

    def _take_data(self, name: str, has: xmlparse.Attributes) -> None:
        if name.endswith("-style"):
            #: One of the table takes the place of one of the document that has its name.
            self._data = has.get("style:name", "")
            self._positive[self._data] = self._data
            self._showing.discard(self._data)
            self._for_text.discard(self._data)
            if name == "number:text-style":
                self._for_text.add(self._data)
        elif name not in _FIXED:
            self._showing.add(self._data)


def is_flat(length: str | None) -> bool:
    """Whether a height or width is less than a point: nobody reads what is in it.

    >>> [is_flat(each) for each in ("0cm", "0", "0.02cm", "0.452cm", "12pt", "", None)]
    [True, True, True, False, False, False, False]
    """
    match = _LENGTH.fullmatch(length) if length else None
    return match is not None and float(f"0{match[1]}") * _POINTS[match[2]] < 1
