"""Where the fields of one row stand in its table."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any


class Places(Mapping[str, str]):
    """Field → address of the cells of one row that are filled; made when asked for."""

    __slots__ = ("_columns", "_letters", "_more", "_n", "row")

    def __init__(
        self,
        row: int,
        letters: Mapping[str, str],
        columns: Mapping[str, Sequence[Any]],
        n: int,
        more: dict[str, str] | None = None,
    ) -> None:
        """Name the row, the letter of each field's column, and what is filled at `n` of its values.

        `more` are cells that are there and could not be read.
        """
        self.row, self._letters, self._columns, self._n = row, letters, columns, n
        self._more = more

    def add(self, name: str, cell: str) -> None:
        """Note a cell in another row of the same record."""
        if self._more is None:
            self._more = {}
        self._more[name] = cell

    def __getitem__(self, name: str) -> str:
        """Return the address."""
        if self._more is not None and name in self._more:
            return self._more[name]
        if self._is_filled(name):
            return f"{self._letters[name]}{self.row}"
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        """Whether the field's cell is filled."""
        return self._is_filled(name) or (self._more is not None and name in self._more)

    def __iter__(self) -> Iterator[str]:
        """Walk the fields."""
        filled = (name for name in self._columns if self._is_filled(name))
        return iter(dict.fromkeys(chain(self._more or (), filled)))

    def __len__(self) -> int:
        """Count the fields."""
        return sum(1 for _ in self)

    def _is_filled(self, name: object) -> bool:
        values = self._columns.get(name)  # type: ignore[call-overload] # any key may be asked for
        return values is not None and values[self._n] is not None and name in self._letters
