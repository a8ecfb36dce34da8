"""The change feed as a program walks it, and the checkpoint beside it."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.internal.desk import retract
from portal.register import digests
from portal.register.layout import LAYOUTS
from portal.register.proofs.note import Checkpoint, Verifier
from portal.register.records import Kind
from portal.register.tables.results import ResultRow
from tests.conftest import NOW, Office
from tests.makers import RESULT_ROW


def _walk(client: FlaskClient, address: str) -> list[dict[str, Any]]:
    """Follow `next` until it leads to itself; return the pages."""
    pages: list[dict[str, Any]] = []
    while True:
        answer = client.get(address)
        assert (answer.status_code, answer.mimetype) == (200, "application/json")
        page = json.loads(answer.data)
        pages.append(page)
        assert page["next"].startswith("https://mingcha.example/api/v1/changes?")
        following = page["next"].removeprefix("https://mingcha.example")
        if following == address:
            assert page["items"] == []
            return pages
        assert page["items"] != []
        address = following


@pytest.fixture
def three(office: Office) -> list[str]:
    """Three results; the middle one is withdrawn."""
    office.put("results", *({**RESULT_ROW, "code": f"JC-{n:04}"} for n in (1, 2, 3)))
    with Session(office.stores.register) as session:
        found = session.scalars(sa.select(ResultRow.public_id).order_by(ResultRow.serial)).all()
    retract.retract(office.stores, Kind.RESULT, found[1], by="he", second="an", now=NOW)
    return list(found)


@pytest.mark.parametrize("limit", [1, 2, 500])
def test_walking_from_0_gives_exactly_the_register_and_its_tombstones(
    office: Office, client: FlaskClient, three: list[str], limit: int
) -> None:
    pages = _walk(client, f"/api/v1/changes?afterChangeNumber=0&limit={limit}")

    items = [item for page in pages for item in page["items"]]
    with Session(office.stores.register) as session:
        live = {
            (kind.value, row.public_id): (row.serial, json.loads(row.body))
            for kind in Kind
            for row in session.scalars(sa.select(LAYOUTS[kind].table))
        }
    updated = {(i["kind"], i["id"]): (i["modified"], i["data"]) for i in items if "data" in i}
    assert updated == live
    assert [set(i) for i in items if "data" not in i] == [{"state", "kind", "id", "modified"}]
    assert [(i["state"], i["id"]) for i in items if "data" not in i] == [("deleted", three[1])]
    numbers = [item["modified"] for item in items]
    assert numbers == sorted(set(numbers))
    assert {page["license"] for page in pages} == {"https://creativecommons.org/licenses/by/4.0/"}
    assert len({page["epoch"] for page in pages}) == 1


def test_a_number_far_ahead_is_the_last_page(client: FlaskClient, three: list[str]) -> None:
    page = json.loads(client.get(f"/api/v1/changes?afterChangeNumber={2**53 - 1}").data)

    assert page["items"] == []
    assert page["next"].endswith(f"afterChangeNumber={2**53 - 1}&limit=500")


@pytest.mark.parametrize(
    "query",
    [
        "afterChangeNumber=-1", "afterChangeNumber=x", f"afterChangeNumber={2**53}", "limit=0",
        "limit=1001", "afterChangeNumber=1&afterChangeNumber=2", "since=1",
        "afterChangeNumber=" + "9" * 5000,
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_by_name(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/api/v1/changes?{query}")

    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert json.loads(answer.data)["parameter"] == query.partition("=")[0]


def test_an_unchanged_feed_costs_no_row(client: FlaskClient, three: list[str]) -> None:
    tag = client.get("/api/v1/changes").headers["ETag"]

    answer = client.get("/api/v1/changes", headers={"If-None-Match": tag})

    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["Cache-Control"] == "no-cache"


def test_the_checkpoint_is_signed_as_it_stands(
    office: Office, client: FlaskClient, three: list[str]
) -> None:
    found = json.loads(client.get("/api/v1/changes/checkpoint").data)

    head = Checkpoint.of(found["checkpoint"])
    kinds = {kind: digests.Counted(**each) for kind, each in found["kinds"].items()}
    assert any(Verifier.of(vkey).opens(found["checkpoint"]) for vkey in found["vkeys"])
    assert (head.size, head.records) == (found["serial"], found["records"])
    assert digests.together(kinds, found["salt"]) == found["records"]
    assert {kind: each["count"] for kind, each in found["kinds"].items()} == {
        "agency": 1, "item": 1, "entity": 1, "result": 2,
    }  # fmt: skip


def test_before_anything_is_public_the_feed_is_empty(client: FlaskClient) -> None:
    page = json.loads(client.get("/api/v1/changes").data)
    checkpoint = json.loads(client.get("/api/v1/changes/checkpoint").data)

    assert (page["items"], page["epoch"]) == ([], None)
    assert (checkpoint["serial"], checkpoint["kinds"], checkpoint["checkpoint"]) == (0, {}, None)
