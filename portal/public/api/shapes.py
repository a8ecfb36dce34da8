"""JSON Schemas of rows, from the columns."""

from typing import Any

from portal.register.columns.model import Column, Dataset, Type
from portal.register.selecting.codelists import NAME_OF

_TYPES: dict[Type, dict[str, Any]] = {
    Type.ID: {"type": "string", "pattern": r"^[a-z]_[0-9a-z_]{1,30}(\.[0-9]{1,6})?$"},
    Type.TEXT: {"type": "string"},
    Type.DATE: {"type": "string", "format": "date"},
    Type.INTEGER: {"type": "integer"},
    Type.NUMBER: {"type": "number"},
    Type.BOOLEAN: {"type": "boolean"},
}


def row_schema(dataset: Dataset) -> dict[str, Any]:
    """Return the schema of one row: every key is always there, absent values are null."""
    return {
        "title": dataset.en,
        "description": f"{dataset.about_zh} {dataset.about_en}",
        **_object(dataset.columns),
    }


def _object(columns: tuple[Column, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [column.key for column in columns],
        "properties": {column.key: _column(column) for column in columns},
    }


def _column(column: Column) -> dict[str, Any]:
    one = _value(column)
    shape: dict[str, Any] = {"type": "array", "items": one} if column.many else one
    if column.nullable:
        shape = shape | {"type": [shape["type"], "null"]}
        if "enum" in shape:
            shape = shape | {"enum": [*shape["enum"], None]}
    words = {
        "title": f"{column.zh} {column.en}",
        "description": f"{column.about_zh} {column.about_en}",
    }
    more: dict[str, Any] = {"examples": [column.example]} if column.holds is not Type.OBJECT else {}
    if column.unit is not None:
        more |= {"x-unit": column.unit}
    if column.refers is not None:
        more |= {"x-dataset": column.refers}
    return words | shape | more


def _value(column: Column) -> dict[str, Any]:
    if column.parts:
        return _object(column.parts)
    if column.codes is not None:
        codes = [each.value for each in column.codes]
        return {"type": "string", "enum": codes, "x-code-list": NAME_OF[column.codes]}
    return dict(_TYPES[column.holds])
