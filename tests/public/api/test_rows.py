"""Rows by the API: all formats say the same, every filter means what it says, nothing is silent."""

import csv
import io
import json
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from portal.kit import clock
from portal.kit.db import db
from portal.public.api import exports
from portal.public.params import reader_of
from portal.register.columns.datasets import DATASETS
from portal.register.columns.rows import reader
from portal.register.selecting import walking
from portal.register.selecting.listings import LISTINGS
from portal.register.selecting.model import Around, Parameter, Reads, Selection
from portal.register.selecting.walking import Walk
from tests.public.api.conftest import every

pytestmark = pytest.mark.slow

WORDS = list(DATASETS)
SITE = "https://mingcha.example"


def _csv(api: FlaskClient, address: str) -> list[dict[str, str]]:
    text = api.get(address).get_data().decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("word", WORDS)
def test_every_format_has_the_same_rows_in_the_same_order(api: FlaskClient, word: str) -> None:
    listed = list(every(api, f"/api/v1/{word}?limit=700"))
    lines = api.get(f"/api/v1/{word}.ndjson").get_data(as_text=True).splitlines()
    table = _csv(api, f"/api/v1/{word}.csv")
    book = load_workbook(io.BytesIO(api.get(f"/api/v1/{word}.xlsx").data))

    assert [json.loads(line) for line in lines] == listed
    assert [row["id"] for row in table] == [row["id"] for row in listed]
    assert list(table[0]) == [cell.key for cell in DATASETS[word].cells()]
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]] == list(table[0])
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == [
        r["id"] for r in listed
    ]
    assert (sheet.freeze_panes, len(book.worksheets)) == ("A2", 2)


@pytest.mark.parametrize("word", WORDS)
def test_lines_made_at_publication_equal_lines_made_now(
    api: FlaskClient, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = api.get(f"/api/v1/{word}.csv").data
    monkeypatch.setattr(exports, "_made", lambda *_: None)

    assert api.get(f"/api/v1/{word}.csv").data == made


@pytest.mark.parametrize("word", WORDS)
def test_pages_of_any_size_give_each_row_once(api: FlaskClient, word: str) -> None:
    whole = [row["id"] for row in every(api, f"/api/v1/{word}?limit=1000")]

    assert [row["id"] for row in every(api, f"/api/v1/{word}?limit=37")] == whole
    assert len(set(whole)) == len(whole)
    assert api.get(f"/api/v1/{word}?limit=1&total=true").json["total"] == len(whole)  # type: ignore[index]


def test_the_total_of_each_agencys_problems_is_the_number_of_its_rows(api: FlaskClient) -> None:
    agencies = [row["id"] for row in every(api, "/api/v1/agencies?limit=1000")]

    for query in ("problems=true", *(f"agency={each}&problems=true" for each in agencies)):
        rows = list(every(api, f"/api/v1/results?{query}&limit=1000"))
        total = api.get(f"/api/v1/results?{query}&limit=1&total=true").json["total"]  # type: ignore[index]
        assert total == len(rows), query


@pytest.mark.parametrize(
    "query", ["tasks?type=directed", "items?region=990100", "findings?as_of=2026-06-01&outcome=pending",
              "findings?item={item}", "results?as_of=2026-06-01&updated_since=2026-03-01"],
)  # fmt: skip
def test_a_walk_that_is_cut_short_goes_on_where_it_stopped(
    api: FlaskClient, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    item = next(row["item_id"] for row in every(api, "/api/v1/findings") if row["item_id"])
    address = f"/api/v1/{query.format(item=item)}"
    whole = list(every(api, f"{address}&limit=1000"))
    monkeypatch.setattr(walking, "MOST_EXAMINED", 7)

    assert whole
    assert list(every(api, f"{address}&limit=5")) == whole


def _value(parameter: Parameter, rows: list[Any]) -> str | None:
    """Return a value that some of `rows` have, as it is written in an address."""
    fixed = {"published_since": "2026-01-01", "updated_since": "2026-01-01", "in_force_on": "2025-06-01",
             "inspected_since": "2025-06-01", "inspected_until": "2025-06-01",
             "quarter": "2025Q2"}  # fmt: skip
    if parameter.reads is Reads.BOOLEAN:
        return "true"
    if parameter.codes is not None:
        return list(parameter.codes)[-1].value
    if parameter.name in fixed:
        return fixed[parameter.name]
    if parameter.reads in (Reads.YEAR, Reads.NUMBER):
        return {"year": "2025", "version": "2", "round": "1"}[parameter.name]
    if parameter.reads is Reads.REGION:
        return "990100"
    row = rows[len(rows) // 2]
    if parameter.name == "identifier":
        return next(str(r.identifiers[0].value) for r in rows if r.identifiers)
    if parameter.name == "item" and hasattr(row, "item_ids"):
        return next(str(r.item_ids[0]) for r in rows if r.item_ids)
    if parameter.name == "item" and hasattr(row, "findings"):
        return str(row.findings[0].item_id)
    for key in (f"{parameter.name}_id", "id"):
        if hasattr(row, key):
            return next(str(getattr(r, key)) for r in rows if getattr(r, key))
    raise AssertionError(parameter.name)


@pytest.mark.parametrize("word", WORDS)
def test_each_condition_finds_exactly_the_rows_it_describes(
    demo_site: Flask, api: FlaskClient, word: str
) -> None:
    read = reader(word, SITE)
    with demo_site.app_context():
        session = Session(db.engine)
        around = Around(session, clock.local_today())
        walk = Walk(session, Selection(word), read, around.today)
        rows = [found.row for found in walk.all()]
        for parameter in LISTINGS[word].parameters:
            text = _value(parameter, rows)
            assert text is not None
            value = reader_of(parameter)(text)
            expected = {row.id for row in rows if parameter.keeps(row, value, around)}

            address = f"/api/v1/{word}?limit=1000&total=true&{parameter.name}={text}"
            found = [row["id"] for row in every(api, address)]
            assert (set(found), len(found)) == (expected, len(expected)), address
            assert api.get(address).json["total"] == len(expected), address  # type: ignore[index]
        session.close()


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("results", "problems=true"), ("results", "problem=true"), ("results", "status=overdue"),
        ("results", "outcome=concealed"), ("results", "status=closed&year=2025"),
        ("plans", "adjusted=true"), ("entities", "kind=market_entity"), ("items", "class=key"),
        ("followups", "step=closed"), ("draws", "year=2025"), ("documents", "kind=statistics"),
    ],
)  # fmt: skip
def test_page_and_api_give_the_same_rows_to_the_same_query(
    api: FlaskClient, page: str, query: str
) -> None:
    shown = api.get(f"/{page}/?{query}").get_data(as_text=True)
    listed = api.get(f"/api/v1/{page}?{query}").json["data"]  # type: ignore[index]

    ids = {row["result_id"] if page == "followups" else row["id"] for row in listed}
    assert {each for each in ids if each not in shown} == set()
    assert f"本页显示 {len(listed)} 条" in shown


@pytest.mark.parametrize("word", WORDS)
def test_as_of_today_is_the_register_of_today(api: FlaskClient, word: str) -> None:
    today = clock.local_today().isoformat()

    then = {row["id"]: row for row in every(api, f"/api/v1/{word}?limit=1000&as_of={today}")}

    assert then == {row["id"]: row for row in every(api, f"/api/v1/{word}?limit=1000")}


def test_as_of_gives_the_version_of_the_day(api: FlaskClient) -> None:
    adjusted = api.get("/api/v1/plans?adjusted=true&limit=1").json["data"][0]  # type: ignore[index]
    versions = api.get(f"/api/v1/plans/{adjusted['id']}/versions").json["data"]  # type: ignore[index]
    assert [each["version"] for each in versions] == list(range(1, len(versions) + 1))

    day = date.fromisoformat(adjusted["published_on"]).isoformat()
    then = {row["id"]: row for row in every(api, f"/api/v1/plans?as_of={day}")}

    assert then[adjusted["id"]] == versions[0]
    assert versions[-1] == adjusted


def test_one_row_equals_its_place_in_the_list(api: FlaskClient) -> None:
    for word in WORDS:
        row = api.get(f"/api/v1/{word}?limit=1").json["data"][0]  # type: ignore[index]
        assert api.get(f"/api/v1/{word}/{row['id']}").json["data"] == row  # type: ignore[index]


def test_lookup_answers_in_the_order_asked(api: FlaskClient) -> None:
    party = next(
        each
        for each in every(api, "/api/v1/entities?limit=1000")
        if each["identifiers"] and each["identifiers"][0]["scheme"] == "uscc"
    )
    number = party["identifiers"][0]["value"]
    wrong = number[:-1] + ("A" if number[-1] != "A" else "B")

    query = f"identifier={wrong}&identifier={number.lower()}&identifier=12"
    found = api.get(f"/api/v1/lookup?{query}").json["data"]  # type: ignore[index]

    assert [(each["state"], each["reason"]) for each in found] == [
        ("invalid", "check_digit"), ("found", None), ("invalid", "malformed"),
    ]  # fmt: skip
    assert found[1]["entities"] == [party]
