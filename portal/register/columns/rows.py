"""From a stored row to what is handed out: the values of its columns, its JSON, its CSV cells."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from portal.register.columns.datasets import DATASETS
from portal.register.columns.model import SEPARATOR, Column, Dataset, Type

_PLAIN: dict[Type, Any] = {
    Type.ID: str, Type.TEXT: str, Type.CODE: str, Type.DATE: str,
    Type.INTEGER: int, Type.NUMBER: Decimal, Type.BOOLEAN: bool,
}  # fmt: skip


class Stored(NamedTuple):
    """A row as it lies in the register, or one of its older versions. `published_on` is a day as text."""

    public_id: str
    serial: int
    version: int
    published_on: str
    body: str


Values = tuple[Any, ...]


class Reader:
    """Reads the stored rows of one dataset. Safe to use from several threads."""

    def __init__(self, dataset: Dataset, site_url: str) -> None:
        """Prepare for rows whose pages lie under `site_url`."""
        self.dataset = dataset
        inside = dataset.inside
        #: Names a row inside another record after its owner.
        self._place = _placer(dataset)
        #: What stands before and behind the identifier in the address of a row's page.
        self.page = None if dataset.page is None else (site_url + dataset.page).split("{id}")
        self._read = _reading(dataset)
        self._decode = msgspec.json.Decoder(
            self._read if inside is None else _owner(inside, self._read)
        ).decode
        self._derived = [(c.key, c.derive) for c in dataset.columns if c.derive is not None]
        self._out = _written(dataset)
        self._encode = msgspec.json.Encoder(decimal_format="number").encode
        self._flat = _flattening(dataset)

    def rows(self, stored: Stored) -> Iterator[Any]:
        """Yield each row that `stored` holds, its columns as attributes."""
        if self.dataset.inside is None:
            yield self.row(stored)
            return
        found = self._decode(stored.body)
        for position, row in enumerate(getattr(found, self.dataset.inside), 1):
            self._place(row, found, stored, position)
            row.version, row.serial = stored.version, stored.serial
            row.published_on = stored.published_on
            if self.page is not None:
                row.url = row.id.join(self.page)
            for key, derive in self._derived:
                setattr(row, key, derive(row))
            yield row

    def row(self, stored: Stored) -> Any:  # noqa: ANN401 - a row as in `rows`
        """Return the one row that `stored` is, for datasets whose rows stand inside no other."""
        row = self._decode(stored.body)
        row.version, row.serial = stored.version, stored.serial
        row.published_on = stored.published_on
        if self.page is not None:
            row.url = row.id.join(self.page)
        for key, derive in self._derived:
            setattr(row, key, derive(row))
        return row

    def json(self, row: Any) -> bytes:  # noqa: ANN401 - a row of `rows`
        """Return one row as a JSON object."""
        return self._encode(self._out(*msgspec.structs.astuple(row)))

    def cells(self, row: Any) -> list[Any]:  # noqa: ANN401 - a row of `rows`
        """Return the flat cells of one row: text, whole numbers, decimals as text, None for absent."""
        return self._flat(msgspec.structs.astuple(row))


@cache
def reader(word: str, site_url: str) -> Reader:
    """Return the reader of the dataset `word`."""
    return Reader(DATASETS[word], site_url)


#: What a row inside another record takes over from it.
_OWNED: dict[str, list[Any]] = {
    "tasks": [("id", str), ("agency_id", str)],
    "findings": [("id", str), ("agency_id", str), ("entity_id", str), ("inspected_on", str)],
}


def _placer(dataset: Dataset) -> Callable[[Any, Any, Stored, int], None]:
    def task(row: Any, owner: Any, stored: Stored, position: int) -> None:  # noqa: ANN401
        del stored, position
        row.plan_id, row.agency_id = owner.id, owner.agency_id

    def finding(row: Any, owner: Any, stored: Stored, position: int) -> None:  # noqa: ANN401
        del stored
        row.id, row.position = f"{owner.id}.{position}", position
        row.result_id, row.agency_id = owner.id, owner.agency_id
        row.entity_id, row.inspected_on = owner.entity_id, owner.inspected_on

    return {"tasks": task, "findings": finding}.get(dataset.inside or "", task)


def is_stored(dataset: Dataset, column: Column) -> bool:
    """Whether the record's own text holds the column."""
    return not column.added and (column.field or column.key) in dataset.record.__struct_fields__


def _reading(dataset: Dataset) -> Any:  # noqa: ANN401 - a struct type made here
    """Make the struct that a body is read into: every column in order, absent ones at their default."""
    fields, names = [], {}
    for column in dataset.columns:
        stored = is_stored(dataset, column)
        names[column.key] = (column.field or column.key) if stored else f"~{column.key}"
        fields.append(_field(column, required=stored and not column.nullable))
    return msgspec.defstruct(
        f"Stored{dataset.record.__name__}", fields, rename=names, kw_only=True, gc=False
    )


def _owner(inside: str, rows: Any) -> Any:  # noqa: ANN401 - struct types made here
    """Make the struct of a record of which only the rows inside it matter."""
    return msgspec.defstruct("Owner", [*_OWNED[inside], (inside, list[rows])], kw_only=True)


def _field(column: Column, *, required: bool) -> tuple[str, Any, Any]:
    inner = _part(column) if column.parts else _PLAIN[column.holds]
    kind = list[inner] if column.many else inner | None  # type: ignore[valid-type]
    if column.default is not None:
        default = list(column.default) if column.many else column.default
        return column.key, kind, msgspec.field(default=default) if default != [] else []
    return column.key, kind, msgspec.field() if required else None


def _part(column: Column) -> Any:  # noqa: ANN401 - a struct type made here
    fields = [
        _field(part, required=not part.nullable and part.default is None) for part in column.parts
    ]
    return msgspec.defstruct(column.key.title(), fields, kw_only=True, gc=False)


def _written(dataset: Dataset) -> Any:  # noqa: ANN401 - a struct type made here
    """Make the struct that is written out: the keys of the columns, in order, none left out."""
    return msgspec.defstruct(
        dataset.record.__name__, [(column.key, Any) for column in dataset.columns], gc=False
    )


def joined(values: Any) -> str:  # noqa: ANN401 - any sequence of scalars
    r"""Return a list as one cell: values joined by ``|``; inside a value ``|`` is ``\|``, ``\`` is ``\\``.

    >>> joined(["a|b", None, True])
    'a\\|b||true'
    """
    texts = [scalar(value) for value in values]
    if any("|" in text or "\\" in text for text in texts):
        texts = [text.replace("\\", "\\\\").replace("|", "\\|") for text in texts]
    return SEPARATOR.join(texts)


def scalar(value: Any) -> str:  # noqa: ANN401 - any value of a column
    """Return one value as text: nothing for absent, true or false, decimals without an exponent."""
    if value is None:
        return ""
    if value is True:
        return "true"
    if value is False:
        return "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _flattening(dataset: Dataset) -> Callable[[Values], list[Any]]:
    """Return what turns the values of a row into its flat cells."""
    keys = [column.key for column in dataset.columns]
    plain: list[tuple[int, Callable[[Any], Any] | None]] = []
    for cell in dataset.cells():
        if cell.inside is not None:
            take = attrgetter(cell.column.key)
            plain.append((keys.index(cell.inside.key), _joining(take)))
        elif cell.column.many:
            plain.append((keys.index(cell.key), joined))
        elif cell.column.holds in (Type.BOOLEAN, Type.NUMBER):
            plain.append((keys.index(cell.key), scalar))
        else:
            plain.append((keys.index(cell.key), None))

    def flat(values: Values) -> list[Any]:
        return [values[at] if turn is None else turn(values[at]) for at, turn in plain]

    return flat


def _joining(take: Callable[[Any], Any]) -> Callable[[Any], str]:
    return lambda objects: joined([take(each) for each in objects]) if objects else ""
