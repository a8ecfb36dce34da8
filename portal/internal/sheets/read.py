"""What reading a table comes to: records, each with the place it came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any


@dataclass(slots=True)
class Read:
    """One record with the place it came from; `places` maps a field to its cell."""

    record: Any
    row: int
    places: Mapping[str, str]
    #: Row and places of each child the record took.
    children: Sequence[tuple[int, Mapping[str, str]]] = ()
    #: Which of `children` each child of the record came from, where a row made several.
    origins: Sequence[int] = ()
    #: For each row it took: the cells, by header, that the record does not hold word for word.
    raw: Sequence[Mapping[str, str] | None] = ()

    def child(self, index: int) -> "Read":
        """Return the same record as seen from the row of one of its children."""
        row, places = self.children[self.origins[index] if self.origins else index]
        return replace(self, row=row, places=places)
