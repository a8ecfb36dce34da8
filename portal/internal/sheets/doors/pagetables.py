"""The tables of a page: which there are, and the cells of each, before anything is read."""

from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from portal.internal.sheets.doors.concealed import SILENT, Concealment, has_no_size
from portal.internal.sheets.doors.pagetext import children
from portal.internal.sheets.doors.sight import Sight

#: HTML itself counts no further.
_MOST_SPAN = 1_000


@dataclass(slots=True, eq=False)
class Cell:
    """A cell of a page; filled if it has text of its own, beside any table in it."""

    node: LexborNode
    sight: Sight
    filled: bool = False


@dataclass(slots=True, eq=False)
class Table:
    """A table with the cells of its lines; `within` is the table around it."""

    within: "Table | None"
    depth: int = 0
    lines: list[list[Cell]] = field(default_factory=list)
    #: Lines after which one or more are kept from view, and lines with a cell that is.
    gaps: list[int] = field(default_factory=list)
    lacking: list[int] = field(default_factory=list)
    #: Lines and columns that are read though they are out of sight.
    hidden_lines: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    column: int = 0

    def filled(self) -> int:
        """Return the number of cells that have text of their own."""
        return sum(cell.filled for line in self.lines for cell in line)

    def size(self) -> str:
        """Return the size as people say it."""
        width = max((len(line) for line in self.lines), default=0)
        return f"{len(self.lines)}行{width}列"


@dataclass(slots=True)
class _Place:
    node: LexborNode
    table: Table | None = None
    line: list[Cell] | None = None
    cell: Cell | None = None


class Inventory:
    """The tables of a page in their order, however deep they lie."""

    def __init__(self, root: LexborNode, concealment: Concealment) -> None:
        """Walk the page."""
        self.tables: list[Table] = []
        #: Tables that are kept from view.
        self.hidden = 0
        self._concealment = concealment
        stack = [_Place(root)]
        while stack:
            place = stack.pop()
            if self._enter(place):
                below = children(place.node)
                stack.extend(
                    [_Place(each, place.table, place.line, place.cell) for each in below][::-1]
                )

    def _enter(self, place: _Place) -> bool:
        """Take note of a node; return whether to look at what is below it."""
        node = place.node
        if node.is_text_node:
            if place.cell and not place.cell.filled and not self._concealment.is_folded(node):
                place.cell.filled = bool((node.text_content or "").strip())
            return False
        tag = node.tag
        if not node.is_element_node or tag in SILENT:
            return False
        sight = self._concealment.of(node)
        if tag == "table":
            return self._enter_table(place, sight)
        if place.table and place.cell is None:
            if tag == "tr":
                return _enter_line(place, place.table, sight)
            if tag in {"td", "th"} and place.line is not None:
                return _enter_cell(place, place.table, place.line, sight)
            if tag in {"col", "colgroup"}:
                return _enter_column(node, place.table, sight)
        if sight is not Sight.SHOWN:
            self.hidden += len(node.css("table"))
        return sight is Sight.SHOWN

    def _enter_table(self, place: _Place, sight: Sight) -> bool:
        if sight is not Sight.SHOWN:
            self.hidden += 1
            return False
        depth = place.table.depth + 1 if place.table else 0
        place.table, place.line, place.cell = Table(place.table, depth), None, None
        self.tables.append(place.table)
        return True


def _enter_line(place: _Place, table: Table, sight: Sight) -> bool:
    if sight is not Sight.SHOWN:
        #: Spreadsheets end a page with a hidden row of nothing, for the widths of columns.
        if (place.node.text() or "").strip():
            table.gaps.append(len(table.lines))
        return False
    place.line = []
    table.lines.append(place.line)
    if has_no_size(place.node, "height"):
        table.hidden_lines.append(len(table.lines))
    return True


def _enter_cell(place: _Place, table: Table, line: list[Cell], sight: Sight) -> bool:
    if sight is not Sight.SHOWN and (place.node.text() or "").strip():
        table.lacking.append(len(table.lines))
    if sight is Sight.GONE:
        return False
    place.cell = Cell(place.node, sight)
    line.append(place.cell)
    return sight is Sight.SHOWN


def _enter_column(node: LexborNode, table: Table, sight: Sight) -> bool:
    """Count a <col>; a <colgroup> is counted by what is in it, or else by itself."""
    if node.tag == "colgroup" and node.child is not None:
        return True
    span = min(number_of(node, "span"), _MOST_SPAN)
    if sight is not Sight.SHOWN or has_no_size(node, "width"):
        table.hidden_columns.extend(range(table.column + 1, table.column + span + 1))
    table.column += span
    return False


def number_of(node: LexborNode, name: str) -> int:
    """Return a number that an attribute gives, 1 where it gives none; however large."""
    text = (node.attributes.get(name) or "").strip()
    digits = text[: len(text) - len(text.lstrip("0123456789"))]
    return int(digits[:12]) if digits else 1
