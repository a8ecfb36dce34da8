"""Many frozen records at once, from the columns of their fields (成批建立)."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from itertools import repeat
from typing import Any, TypeVar

T = TypeVar("T")


def records(kind: type[T], columns: Mapping[str, Sequence[Any]], count: int) -> list[T]:
    """Return `count` records of a frozen dataclass with slots; a field without a column has its default.

    A record's own ``__init__`` sets one field at a time in Python, which for a wide record is half of
    all the work on a row; here a field is set for all of them at once.

    Raises:
        TypeError: the type checks its values itself, a column is none of its fields, or one that
            it must have is missing.
        ValueError: a column has more or fewer values.

    """
    defaults = _defaults(kind)
    missing = {name for name, value in defaults.items() if value is MISSING} - set(columns)
    if missing or not set(columns) <= set(defaults):
        raise TypeError(f"not the fields of {kind.__name__}: {missing or set(columns)}")
    if any(len(values) != count for values in columns.values()):
        raise ValueError(f"columns are not of {count} values")
    made = [kind.__new__(kind) for _ in range(count)]
    for name, value in defaults.items():
        values = columns.get(name) or repeat(value, count)
        deque(map(getattr(kind, name).__set__, made, values), maxlen=0)
    return made


def _defaults(kind: type) -> dict[str, Any]:
    """Return the default of each field."""
    found = fields(kind)
    if hasattr(kind, "__post_init__") or any(f.default_factory is not MISSING for f in found):
        raise TypeError(f"{kind.__name__} is more than its fields")
    return {each.name: each.default for each in found}
