"""Parameters that several datasets share."""

from typing import Any

import sqlalchemy as sa

from portal.domain.codelists import CodeList
from portal.register.selecting.model import Parameter, Reads
from portal.register.selecting.order import Key, in_year

_ID = "_4f9c0a7d1e2b3c4d5e6f708192"


def named(
    name: str, prefix: str, words: tuple[str, str], column: Key, key: str | None = None
) -> Parameter:
    """Return a parameter that names another record; `key` is the column that holds it."""
    held = key or f"{name}_id"
    return Parameter(
        name=name, reads=Reads.ID, zh=words[0], en=words[1], example=f"{prefix}{_ID}",
        where=lambda value, _: column == value,
        keeps=lambda row, value, _: bool(getattr(row, held) == value),
    )  # fmt: skip


def coded(
    name: str, codes: type[CodeList], words: tuple[str, str], *, key: str, column: Key | None = None
) -> Parameter:
    """Return a parameter that takes one code of a list; `key` holds one code or several."""

    def keeps(row: Any, value: Any, _: Any) -> bool:  # noqa: ANN401 - a row of any dataset
        held = getattr(row, key)
        return value in held if isinstance(held, list | tuple) else bool(held == value)

    return Parameter(
        name=name, reads=Reads.CODE, codes=codes, zh=words[0], en=words[1],
        example=next(iter(codes)).value, keeps=keeps,
        where=None if column is None else lambda value, _: column == value,
    )  # fmt: skip


def agency(column: Key) -> Parameter:
    """Return the parameter for one agency."""
    return named("agency", "a", ("检查主体的标识", "identifier of the agency"), column)


#: Tested row by row: no index serves it where a table has no column for it, and so it stays bounded.
REGION = Parameter(
    name="region", reads=Reads.REGION, example="990100",
    zh="检查主体所在行政区划的 6 位代码", en="six-digit division of the agency",
    keeps=lambda row, value, around: around.regions.get(row.agency_id) == value,
)  # fmt: skip


def year(column: Key, key: str, words: tuple[str, str]) -> Parameter:
    """Return the parameter for the year of a day."""
    return Parameter(
        name="year", reads=Reads.YEAR, zh=words[0], en=words[1], example="2025",
        where=lambda value, _: sa.and_(*in_year(column, value)),
        keeps=lambda row, value, _: str(getattr(row, key)).startswith(f"{value}-"),
    )  # fmt: skip


def since(table: Any) -> tuple[Parameter, Parameter]:  # noqa: ANN401 - any table of records
    """Return the parameters for what is new, and for what has changed."""
    return (
        Parameter(
            name="published_since", reads=Reads.DATE, example="2025-06-01",
            zh="只要这一天（含）以来首次公开的；由近到远排列",
            en="first published on this day or later; newest first",
            where=lambda value, _: table.published_on >= value,
            keeps=lambda row, value, _: bool(row.published_on >= value.isoformat()),
        ),
        Parameter(
            name="updated_since", reads=Reads.DATE, example="2025-06-01",
            zh="只要这一天（含）以来公开或更新过的；按更新先后排列",
            en="published or updated on this day or later; in the order of the updates",
            where=lambda value, around: table.serial > around.serial_before(value),
            keeps=lambda row, value, around: bool(row.serial > around.serial_before(value)),
        ),
    )  # fmt: skip
