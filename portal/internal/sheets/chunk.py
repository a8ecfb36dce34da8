"""Some rows of a table as their columns were read; a row is taken out of them when it is wanted (一段行)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.internal.sheets.places import Places


@dataclass(slots=True)
class RowRead:
    """One row as values by field. `raw` holds, by header, what they do not say word for word."""

    number: int
    #: Fields of the record itself, and of the child that the row is.
    own: dict[str, Any]
    child: dict[str, Any]
    places: Places
    raw: dict[str, str] | None
    #: Something in it could not be read, and was told.
    faulty: bool = False


@dataclass(slots=True)
class Chunk:
    """Rows by column: field → a value for each row, None where there is none."""

    numbers: Sequence[int]
    columns: dict[str, list[Any]]
    #: For each row, by header, what the values do not say word for word.
    raw: list[dict[str, str] | None]
    letters: Mapping[str, str]
    #: Fields that belong to a child of the record.
    child_fields: Collection[str]
    #: Row → what is to be told of it when its turn comes: rule, cell, words, title of the column.
    told: dict[int, list[tuple[str, str, str, str]]] = field(default_factory=dict)
    #: Row in which something could not be read → field and cell of what stands there all the same.
    faulty: dict[int, dict[str, str]] = field(default_factory=dict)

    def tell(self, n: int, rule: str, cell: str, what: str, title: str = "") -> None:
        """Note a finding in row `n`."""
        self.told.setdefault(n, []).append((rule, cell, what, title))

    def fail(self, n: int, name: str = "", cell: str = "") -> None:
        """Note that row `n` holds something unread, in the cell of the field `name` if it is one's."""
        cells = self.faulty.setdefault(n, {})
        if name:
            cells[name] = cell

    def keep(self, n: int, header: str, text: str) -> None:
        """Keep the text of a cell as filed."""
        kept = self.raw[n]
        if kept is None:
            kept = self.raw[n] = {}
        kept[header] = text

    def column(self, name: str) -> list[Any]:
        """Return the values of a field, to be changed; it may have had none so far."""
        return self.columns.setdefault(name, [None] * len(self.numbers))

    def places(self, n: int) -> Places:
        """Return where the fields of row `n` stand."""
        return Places(self.numbers[n], self.letters, self.columns, n, self.faulty.get(n))

    def row(self, n: int) -> RowRead:
        """Take out one row."""
        own: dict[str, Any] = {}
        child: dict[str, Any] = {}
        child_fields = self.child_fields
        for name, values in self.columns.items():
            if (value := values[n]) is not None:
                if name in child_fields:
                    child[name] = value
                else:
                    own[name] = value
        number = self.numbers[n]
        return RowRead(number, own, child, self.places(n), self.raw[n], n in self.faulty)
