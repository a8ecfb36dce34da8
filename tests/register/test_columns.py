"""The table of columns against the records: nothing published is missing, nothing is said twice."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.kit.db import engine_for, read_only
from portal.register.columns.datasets import DATASETS, OF_KIND
from portal.register.columns.model import Column, Dataset, Type
from portal.register.columns.rows import Stored, is_stored, joined, reader
from portal.register.layout import LAYOUTS
from portal.register.records import TYPES, Kind
from tests.stage import urls

SITE = "https://mingcha.example"
EVERY = [pytest.param(dataset, id=word) for word, dataset in DATASETS.items()]


def _fields(columns: tuple[Column, ...], record: type[Any]) -> set[str]:
    return {c.field or c.key for c in columns if not c.added} & set(record.__struct_fields__)


@pytest.mark.parametrize("dataset", EVERY)
def test_every_field_of_a_record_has_its_column(dataset: Dataset) -> None:
    assert _fields(dataset.columns, dataset.record) == set(dataset.record.__struct_fields__)


def test_every_kind_of_record_is_a_dataset() -> None:
    assert {kind: OF_KIND[kind].record for kind in Kind} == TYPES


@pytest.mark.parametrize("dataset", EVERY)
def test_every_field_of_a_part_is_named(dataset: Dataset) -> None:
    for column in dataset.columns:
        if column.parts:
            hint = msgspec.structs.fields(dataset.record)
            part = next(f.type for f in hint if f.name == column.key).__args__[0]
            assert {each.field or each.key for each in column.parts} == set(part.__struct_fields__)


@pytest.mark.parametrize("dataset", EVERY)
def test_a_column_is_optional_exactly_where_its_field_is(dataset: Dataset) -> None:
    fields = {field.name: field for field in msgspec.structs.fields(dataset.record)}

    for column in dataset.columns:
        if is_stored(dataset, column) and column.derive is None:
            default = fields[column.field or column.key].default
            assert column.nullable == (default is None), column.key
            if default not in (None, msgspec.NODEFAULT):
                assert column.default == default, column.key


@pytest.mark.parametrize("dataset", EVERY)
def test_keys_are_unique_and_every_word_is_there(dataset: Dataset) -> None:
    cells = [cell.key for cell in dataset.cells()]

    assert len(set(cells)) == len(cells)
    for column in dataset.columns:
        for each in (column, *column.parts):
            assert all((each.zh, each.en, each.about_zh, each.about_en)), each.key
            assert (each.codes is not None) == (each.holds is Type.CODE), each.key
            assert (each.holds is Type.OBJECT) == bool(each.parts), each.key
            if each.codes is not None and each.example:
                given = each.example if each.many else [each.example]
                assert [each.codes(code).value for code in given] == given
    names = [each for column in dataset.columns for each in (column, *column.parts)]
    assert all(
        c.key.endswith("_on") or c.key == "embargo_until" for c in names if c.holds is Type.DATE
    )


def _stored(engine: sa.Engine, kind: Kind) -> list[Stored]:
    table = LAYOUTS[kind].table
    with Session(engine) as session:
        rows = session.scalars(sa.select(table)).all()
        return [
            Stored(row.public_id, row.serial, row.version, str(row.published_on), row.body)
            for row in rows
        ]


@pytest.mark.slow
@pytest.mark.parametrize("dataset", EVERY)
def test_json_keys_cells_and_header_agree_and_lose_nothing(demo: Path, dataset: Dataset) -> None:
    engine = engine_for(read_only(urls(demo)[0].register_url))
    read = reader(dataset.word, SITE)
    count = 0

    for stored in _stored(engine, dataset.kind):
        body = json.loads(stored.body)
        rows = [body] if dataset.inside is None else body.get(dataset.inside, [])
        for number, shown in enumerate(read.rows(stored)):
            row, cells = json.loads(read.json(shown)), read.cells(shown)
            count += 1
            assert list(row) == [column.key for column in dataset.columns]
            assert len(cells) == len(list(dataset.cells()))
            for column in dataset.columns:
                if is_stored(dataset, column) and column.derive is None and not column.parts:
                    given = rows[number].get(column.field or column.key, column.default)
                    if column.holds is Type.NUMBER and given is not None:
                        assert Decimal(str(row[column.key])) == Decimal(given)
                    else:
                        assert row[column.key] == (list(given) if column.many else given)
                assert (row[column.key] is not None) or column.nullable, column.key
    engine.dispose()

    assert count > 0


@given(st.lists(st.text(alphabet="a|\\\n,=", max_size=6), min_size=1, max_size=5))
def test_a_joined_list_can_be_taken_apart_again(values: list[str]) -> None:
    parts, held = [""], iter(joined(values))
    for character in held:
        if character == "\\":
            parts[-1] += next(held)
        elif character == "|":
            parts.append("")
        else:
            parts[-1] += character

    assert parts == values
