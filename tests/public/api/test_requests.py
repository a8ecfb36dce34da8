"""Requests and answers: errors that help, validators, headers for other sites, limits, descriptions."""

import csv
import io
import re
import shlex
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate
from sqlalchemy.orm import Session

from portal.kit import config
from portal.kit.db import db
from portal.public.app import create_app
from portal.public.limits import Buckets
from portal.public.problems import PROBLEMS
from portal.public.streaming import Retired
from portal.register import purging
from portal.register.columns.datasets import DATASETS
from portal.register.records import Kind, Withheld
from portal.register.selecting import lines
from portal.register.selecting.codelists import CODE_LISTS, NAME_OF
from portal.register.selecting.listings import LISTINGS
from portal.register.writer import open_pen
from tests import stage
from tests.plans import costly
from tests.public.test_query_cost import SMALL, recorded
from tests.register.makers import a_public_agency, a_public_entity, a_public_result

DOCS = Path(__file__).resolve().parents[3] / "templates" / "public" / "docs"


@pytest.mark.parametrize(
    ("address", "status", "code", "parameter"),
    [
        ("results?yaer=2025", 400, "unknown-parameter", "yaer"),
        ("results?year=20x5", 400, "bad-parameter", "year"),
        ("results?outcome=bad", 400, "bad-parameter", "outcome"),
        ("results?agency=", 400, "bad-parameter", "agency"),
        ("results?year=2024&year=2025", 400, "bad-parameter", "year"),
        ("results?problem=true&problems=true", 400, "bad-parameter", "problems"),
        ("results?limit=0", 400, "bad-parameter", "limit"),
        ("results?limit=1001", 400, "bad-parameter", "limit"),
        ("results?limit=%00", 400, "bad-parameter", "limit"),
        ("results?agency=" + "x" * 10_000, 400, "bad-parameter", "agency"),
        ("results?%00%01=%00", 400, "unknown-parameter", "\x00\x01"),
        ("results?as_of=2999-01-01", 400, "bad-parameter", "as_of"),
        ("results?as_of=2025-02-30", 400, "bad-parameter", "as_of"),
        ("results?cursor=W10", 400, "bad-cursor", "cursor"),
        ("results?cursor=%F0%9F%98%80", 400, "bad-cursor", "cursor"),
        ("results.csv?limit=5", 400, "unknown-parameter", "limit"),
        ("results.json?profile=excel", 400, "unknown-parameter", "profile"),
        ("results?lang=fr", 400, "bad-parameter", "lang"),
        ("lookup", 400, "bad-parameter", "identifier"),
        ("lookup?" + "&".join(["identifier=1"] * 51), 400, "bad-parameter", "identifier"),
        ("lookup?identifier=%00", 400, "bad-parameter", "identifier"),
        ("results.pdf", 400, "unknown-format", None),
        ("results/r_1.csv", 400, "unknown-format", None),
        ("nothing", 404, "not-found", None),
        ("nothing/at/all", 404, "not-found", None),
        ("results/r_nothing", 404, "not-found", None),
        ("results/r_nothing/versions", 404, "not-found", None),
        ("findings/r_nothing.1/versions", 404, "not-found", None),
        ("codes/nothing", 404, "not-found", None),
        ("schemas/nothing", 404, "not-found", None),
    ],
)
def test_what_cannot_be_answered_says_why(
    client: FlaskClient, address: str, status: int, code: str, parameter: str | None
) -> None:
    answer = client.get(f"/api/v1/{address}")

    told: Any = answer.get_json(force=True)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert told["type"] == f"https://mingcha.example/docs/errors#{code}"
    assert (told["status"], told.get("parameter")) == (status, parameter)
    assert min(len(told["title"]), len(told["detail"])) > 0
    assert len(answer.data) < 3000


def test_a_cursor_of_another_query_is_refused(
    migrated_register: sa.Engine, client: FlaskClient
) -> None:
    _publish(migrated_register, a_public_entity(), a_public_entity(id="e_2", name="乙"))
    following: Any = client.get("/api/v1/entities?limit=1").get_json()
    cursor = following["next"].partition("cursor=")[2]

    assert client.get(f"/api/v1/entities?limit=1&cursor={cursor}").status_code == 200
    assert client.get(f"/api/v1/entities?kind=market_entity&cursor={cursor}").status_code == 400


def test_media_types_and_methods_are_told(client: FlaskClient) -> None:
    assert client.get("/api/v1/results", headers={"Accept": "image/png"}).status_code == 406
    assert client.get("/api/v1/results", headers={"Accept": "text/csv"}).mimetype == "text/csv"
    wins = client.get("/api/v1/results.csv", headers={"Accept": "application/json"})
    assert wins.mimetype == "text/csv"

    refused = client.post("/api/v1/results")
    assert (refused.status_code, refused.mimetype) == (405, "application/problem+json")
    assert set(refused.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_other_sites_may_read(client: FlaskClient) -> None:
    for answer in (
        client.get("/api/v1/results"),
        client.options("/api/v1/results"),
        client.get("/api/v1/x"),
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "Set-Cookie" not in answer.headers
    assert "Access-Control-Allow-Origin" not in client.get("/results/").headers


@pytest.mark.parametrize("address", ["/api/v1/", "/api/v1/results", "/api/v1/results.csv", "/api/v1/codes/",
                                     "/api/v1/agencies.xlsx", "/api/v1/openapi.json", "/api/v1/schemas/plans"])  # fmt: skip
def test_unchanged_answers_are_not_sent_again(
    migrated_register: sa.Engine, client: FlaskClient, site: Flask, address: str
) -> None:
    first = client.get(address, buffered=True)
    with recorded(site) as statements:
        again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    other = client.get(f"{address}?lang=en", buffered=True).headers["ETag"]
    head = client.head(address, buffered=True)
    _publish(migrated_register, a_public_agency())
    later = client.get(address, headers={"If-None-Match": first.headers["ETag"]}, buffered=True)

    assert (again.status_code, again.data, statements) == (304, b"", [])
    assert again.headers["ETag"] == head.headers["ETag"] == first.headers["ETag"] != other
    assert (head.status_code, head.data) == (200, b"")
    assert later.status_code == (304 if "openapi" in address or "schemas" in address else 200)
    assert first.headers["Cache-Control"] == "no-cache"


def test_the_host_of_a_request_is_in_no_answer(client: FlaskClient) -> None:
    answer = client.get(
        "/api/v1/", headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    )

    assert "evil" not in answer.get_data(as_text=True) + str(answer.headers)


def _publish(register: sa.Engine, *records: Any, day: int = 1) -> None:
    with open_pen(register, now=datetime(2025, 6, day, 4, tzinfo=UTC)) as pen:
        for record in records:
            pen.append(record)


def test_a_withdrawn_row_leaves_a_tombstone_and_no_past(
    migrated_register: sa.Engine, client: FlaskClient
) -> None:
    _publish(migrated_register, a_public_agency(), a_public_entity(), a_public_result())
    _publish(migrated_register, a_public_result(unit="二中队"), day=3)
    held = client.get("/api/v1/results/r_1").headers["ETag"]
    with open_pen(migrated_register, now=datetime(2025, 6, 5, tzinfo=UTC)) as pen:
        pen.withdraw(Kind.RESULT, ["r_1"])

    answers = [client.get(f"/api/v1/{each}", headers={"If-None-Match": held})
               for each in ("results/r_1", "results/r_1/versions", "findings/r_1.1")]  # fmt: skip

    assert [each.status_code for each in answers] == [410, 410, 410]
    told: Any = answers[0].get_json(force=True)
    assert (told["kind"], told["id"]) == ("result", "r_1")
    assert set(told) == {"type", "title", "status", "detail", "kind", "id"}
    for suffix in ("", "?as_of=2025-06-04"):
        assert client.get(f"/api/v1/results{suffix}").get_json()["data"] == []
    for suffix in (".csv", ".csv?profile=excel", ".ndjson"):
        assert b"r_1" not in client.get(f"/api/v1/results{suffix}").data


def test_a_day_shows_the_version_of_that_day(
    migrated_register: sa.Engine, client: FlaskClient
) -> None:
    _publish(
        migrated_register, a_public_agency(), a_public_entity(), a_public_result(unit="一中队")
    )
    _publish(migrated_register, a_public_result(unit="二中队"), a_public_result(id="r_2"), day=3)

    def units(query: str) -> list[tuple[str, str | None, int]]:
        rows: Any = client.get(f"/api/v1/results?{query}").get_json()
        return sorted((row["id"], row["unit"], row["version"]) for row in rows["data"])

    assert units("as_of=2025-05-31") == []
    assert units("as_of=2025-06-01") == units("as_of=2025-06-02") == [("r_1", "一中队", 1)]
    assert (
        units("as_of=2025-06-03") == units("limit=10") == [("r_1", "二中队", 2), ("r_2", None, 1)]
    )


def test_a_later_redaction_reaches_the_day_before_it(
    migrated_register: sa.Engine, client: FlaskClient
) -> None:
    _publish(migrated_register, a_public_agency(), a_public_entity(industry="秘密行业"))
    kept = Withheld(field="industry", ground="trade_secret", article="第十五条")
    _publish(migrated_register, a_public_entity(withheld=(kept,)), day=3)

    row: Any = client.get("/api/v1/entities?as_of=2025-06-02").get_json()["data"][0]
    assert (row["industry"], row["version"]) == (None, 2)
    for address in (
        "entities/e_1/versions",
        "entities.csv",
        "entities.ndjson",
        "entities.csv?as_of=2025-06-02",
    ):
        assert "秘密行业" not in client.get(f"/api/v1/{address}").get_data(as_text=True)


def test_spreadsheets_get_no_formula_and_machines_get_every_byte(
    migrated_register: sa.Engine, client: FlaskClient
) -> None:
    text = '=HYPERLINK("x"),甲\n乙'
    _publish(
        migrated_register, a_public_agency(duties=text), a_public_agency(id="a_2", duties="＋1")
    )

    machine = client.get("/api/v1/agencies.csv").data
    excel = client.get("/api/v1/agencies.csv?profile=excel").data
    cells = [row["duties"] for row in csv.DictReader(io.StringIO(machine.decode(), newline=""))]
    safe = [
        row["duties"] for row in csv.DictReader(io.StringIO(excel.decode("utf-8-sig"), newline=""))
    ]

    assert cells == [text, "＋1"]
    assert safe == [f"'{text}", "'＋1"]
    assert (machine[:2], excel[:3]) == (b"id", b"\xef\xbb\xbf")
    assert machine.endswith(b"\r\n")


def test_a_broken_export_is_cut_off_rather_than_ended(
    migrated_register: sa.Engine, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _publish(
        migrated_register, a_public_agency(), *(a_public_entity(id=f"e_{n}") for n in range(1200))
    )

    def broken(session: object, table: object, read: object, ids: object) -> dict[str, str]:
        raise RuntimeError("disk")

    with Session(migrated_register) as session:
        session.execute(sa.text("UPDATE entity SET line = NULL WHERE public_id = 'e_999'"))
        session.commit()
    whole = client.get("/api/v1/entities.csv").data
    monkeypatch.setattr(lines, "_late", broken)

    assert whole.count(b"\r\n") == 1201
    with pytest.raises(RuntimeError):
        client.get("/api/v1/entities.csv").get_data()


@pytest.mark.parametrize("suffix", ["csv", "csv?profile=excel", "ndjson"])
def test_an_export_under_way_gives_nothing_more_once_something_in_it_is_withdrawn(
    migrated_register: sa.Engine, client: FlaskClient, suffix: str
) -> None:
    """A slow line had got the withdrawn text, and kept it in the register's file for as long as it liked."""
    parties = [a_public_entity(id=f"e_{n:04}", name=f"示例市麒麟{n:04}号") for n in range(1800)]
    _publish(migrated_register, a_public_agency(), *parties)
    answer = client.open(f"/api/v1/entities.{suffix}", buffered=False)
    pieces = iter(answer.response)
    got = [next(pieces)]
    with open_pen(migrated_register, now=datetime(2025, 6, 5, tzinfo=UTC)) as pen:
        pen.withdraw(Kind.ENTITY, ["e_0000", "e_1799"])

    with pytest.raises(Retired):
        got += pieces
    sent = b"".join(got[1:]).decode()  # type: ignore[arg-type] # pieces of a file are bytes
    assert [name for name in ("麒麟0000号", "麒麟1799号") if name in sent] == []
    purging.rewrite(migrated_register)
    answer.close()


def test_too_many_requests_are_told_to_wait(data: Path) -> None:
    environ = stage.environ(data) | {
        "PORTAL_SITE_URL": "https://mingcha.example",
        "PORTAL_RATE_LIMIT": "3",
    }
    client = create_app(config.load(environ)).test_client()

    answers = [client.get("/api/v1/results") for _ in range(4)]

    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert [each.headers["RateLimit"].partition(";t")[0] for each in answers[:2]] == [
        '"default";r=2',
        '"default";r=1',
    ]
    assert answers[3].headers["RateLimit-Policy"] == '"default";q=3;w=60'
    assert 1 <= int(answers[3].headers["Retry-After"]) <= 20
    assert client.get("/results/").status_code == 200


def test_networks_are_counted_apart_and_addresses_of_one_together() -> None:
    buckets = Buckets(1)

    waits = [
        buckets.take(each).wait > 0
        for each in ("192.0.2.1", "192.0.2.9", "198.51.100.1", "2001:db8::1", "")
    ]

    assert waits == [False, True, False, False, False]


def test_every_type_of_problem_is_explained(client: FlaskClient) -> None:
    for lang in ("zh", "en"):
        page = client.get(f"/docs/errors?lang={lang}").get_data(as_text=True)
        assert {code for code in PROBLEMS if f'id="{code}"' not in page} == set()


def test_dictionary_schema_description_and_header_name_the_same_columns(
    client: FlaskClient,
) -> None:
    page = client.get("/docs/data").get_data(as_text=True)
    described: Any = client.get("/api/v1/openapi.json").get_json()

    validate(described)
    for word, dataset in DATASETS.items():
        keys = [column.key for column in dataset.columns]
        schema: Any = client.get(f"/api/v1/schemas/{word}").get_json()
        name = "".join(part.title() for part in word.split("-"))
        header = client.get(f"/api/v1/{word}.csv").get_data(as_text=True).splitlines()[0]
        assert list(schema["properties"]) == schema["required"] == keys
        assert list(described["components"]["schemas"][name]["properties"]) == keys
        assert header.split(",") == [cell.key for cell in dataset.cells()]
        section = page.partition(f'<section id="{word}">')[2].partition("</section>")[0]
        rows = re.findall(r'<th scope="row">([a-z0-9_]+)</th>', section)
        assert set(rows) == {*keys, *(cell.key for cell in dataset.cells())}
        told = {p["name"] for p in described["paths"][f"/{word}"]["get"]["parameters"]}
        own = {parameter.name for parameter in LISTINGS[word].parameters}
        assert told == own | {"as_of", "limit", "total", "lang"}


def test_every_code_list_in_use_is_served() -> None:
    used = {part.codes for d in DATASETS.values() for c in d.columns for part in (c, *c.parts)}
    used |= {parameter.codes for each in LISTINGS.values() for parameter in each.parameters}

    assert {codes for codes in used if codes is not None} <= set(NAME_OF)
    assert len(NAME_OF) == len(CODE_LISTS)


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_example_of_the_reference_runs(demo: Path, lang: str) -> None:
    environ = stage.environ(demo) | {"PORTAL_SITE_URL": "https://mingcha.example"}
    client = create_app(config.load(environ)).test_client()
    text = (DOCS / f"api.{lang}.md").read_text("utf-8")
    fences = re.findall(r"^```sh\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    lines = [line for fence in fences for line in fence.splitlines()]

    assert len(lines) > 15
    for line in lines:
        words = shlex.split(line.replace("{site}", ""))
        headers = dict([words[words.index("-H") + 1].split(": ")]) if "-H" in words else {}
        answer = client.get(words[-1], headers=headers)
        assert (words[0], answer.status_code) == ("curl", 200), line
        assert answer.data
    page = client.get(f"/docs/api?lang={lang}").get_data(as_text=True)
    assert "https://mingcha.example/api/v1/results" in page
    assert "{site}" not in page


@pytest.mark.slow
@pytest.mark.parametrize("word", list(DATASETS))
def test_every_list_walks_an_index_whatever_it_is_narrowed_to(demo_site: Flask, word: str) -> None:
    client = demo_site.test_client()
    pairs = [(each.name, each.example) for each in LISTINGS[word].parameters]
    chosen = [(), *((pair,) for pair in pairs), *combinations(pairs, 2)]
    unindexed: set[tuple[str, str]] = set()

    for conditions in chosen:
        query = "&".join(f"{name}={value}" for name, value in conditions)
        for address in (
            f"/api/v1/{word}?total=true&limit=5&{query}",
            f"/api/v1/{word}.ndjson?{query}",
        ):
            with recorded(demo_site) as statements:
                assert client.get(address.rstrip("?&")).get_data() is not None
            assert len(statements) <= 8, address
            steps = _costly(demo_site, statements)
            #: A number leads to the few parties that have it, which are put in order.
            steps -= {"USE TEMP B-TREE FOR ORDER BY"} if "identifier" in dict(conditions) else set()
            unindexed |= {(step, address) for step in steps}

    assert unindexed == set()


def _costly(site: Flask, statements: list[tuple[str, Any]]) -> set[str]:
    """Return the steps that read a whole table, or sort more than the tasks of one plan."""
    found: set[str] = set()
    with site.app_context(), db.engine.connect() as connection:
        for statement, parameters in statements:
            found |= costly(connection, statement, parameters, SMALL)
    return found
