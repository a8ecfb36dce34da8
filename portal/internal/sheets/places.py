"""Where the fields of one row stand in its table."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any


class Places(Mapping[str, str]):
    """Field → address of the cells of one row that are filled; made when asked for."""

    __slots__ = ("_child", "_letters", "_more", "_own", "row")

    def __init__(
        self, row: int, letters: Mapping[str, str], own: Mapping[str, Any], child: Mapping[str, Any]
    ) -> None:
        """Name the row, the letter of each field's column, and what is filled there."""
        self.row, self._letters, self._own, self._child = row, letters, own, child
        self._more: dict[str, str] | None = None

    def add(self, name: str, cell: str) -> None:
        """Note a cell elsewhere: in another row of the same record, or an unread one of this."""
        if self._more is None:
            self._more = {}
        self._more[name] = cell

    def __getitem__(self, name: str) -> str:
        """Return the address."""
        if self._more is not None and name in self._more:
            return self._more[name]
        if (name in self._own or name in self._child) and name in self._letters:
            return f"{self._letters[name]}{self.row}"
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        """Whether the field's cell is filled."""
        filled = name in self._own or name in self._child
        return (filled and name in self._letters) or (self._more is not None and name in self._more)

    def __iter__(self) -> Iterator[str]:
        """Walk the fields."""
        filled = (name for name in chain(self._own, self._child) if name in self._letters)
        return iter(dict.fromkeys(chain(self._more or (), filled)))

    def __len__(self) -> int:
        """Count the fields."""
        return sum(1 for _ in self)
