"""Figures on pages, in lists and in the API are the same numbers, whatever is asked for."""

import csv
import io
import random
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from urllib.parse import parse_qs, parse_qsl, urlencode

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from portal.domain.results import Outcome
from portal.public.pages.figures import STATISTICS
from portal.register import records as r
from portal.register.queries import visited
from portal.register.writer import open_pen
from tests.register.makers import a_public_agency, a_public_entity, a_public_result, a_public_step

_OUTCOMES = [each.value for each in Outcome]
_AGENCIES = {"a_1": "990100", "a_2": "990101", "a_3": "990101"}
SENTENCE = "本站统计只含已公开的记录；未查到不等于未被抽查，也不等于未发现问题。"


def _fill(register: sa.Engine, chance: random.Random) -> None:
    """Publish a register that chance has made, in several releases, and close some cases."""
    with open_pen(register, now=datetime(2025, 1, 6, 1, tzinfo=UTC)) as pen:
        for public_id, region in _AGENCIES.items():
            pen.append(a_public_agency(id=public_id, region=region))
        for number in range(12):
            pen.append(a_public_entity(id=f"e_{number}"))
        for agency in _AGENCIES:
            pen.append(_plan(agency, chance))
        for number, task in enumerate(("t_a_1_0", "t_a_1_0", "t_a_2_3", None)):
            pen.append(_draw(f"d_{number}", task))
            for entity in chance.sample(range(12), 4):
                pen.append(_entry(f"d_{number}", entity))
    number = 0
    for month in (3, 6, 9, 12):
        with open_pen(register, now=datetime(2025, month, 15, 1, tzinfo=UTC)) as pen:
            for _ in range(chance.randrange(5, 30)):
                pen.append(_result(f"r_{number}", month, chance))
                number += 1
            for each in range(0, number, 5):
                pen.append(
                    a_public_step(id=f"f_{each}", result_id=f"r_{each}", step="closed",
                                  taken_on=date(2025, month, 14))
                )  # fmt: skip


def _plan(agency: str, chance: random.Random) -> r.PublicPlan:
    joints = [
        chance.choice([None, "none", "internal", "cross_agency", "cross_level"]) for _ in range(5)
    ]
    return r.PublicPlan(
        id=f"p_{agency}", agency_id=agency, code="P", name="示例市计划", year=2025, version=1,
        approved_on=date(2025, 1, 5),
        tasks=tuple(
            r.PublicTask(
                id=f"t_{agency}_{n}", code=f"T{n}", name="任务", object_scope="全部",
                task_type="directed", starts_on=date(chance.choice([2024, 2025]), 1 + n, 1),
                ends_on=date(2025, 12, 31), joint=joint,
                planned_count=chance.choice([None, 0, 3, 20]),
            )
            for n, joint in enumerate(joints)
        ),
    )  # fmt: skip


def _draw(public_id: str, task: str | None) -> r.PublicDraw:
    return r.PublicDraw(
        id=public_id, agency_id="a_1", name="抽取", round_no=1, drawn_on=date(2025, 1, 6),
        method="computer", task_id=task,
    )  # fmt: skip


def _entry(draw: str, entity: int) -> r.PublicDrawEntry:
    return r.PublicDrawEntry(
        id=f"l_{draw}_{entity}", draw_id=draw, entity_id=f"e_{entity}", drawn_on=date(2025, 1, 6)
    )


def _result(public_id: str, month: int, chance: random.Random) -> r.PublicResult:
    findings = tuple(
        r.PublicFinding(
            item_name="检查",
            outcomes=(chance.choice(_OUTCOMES),),
            item_id=chance.choice([None, "i_1", "i_2"]),
        )
        for _ in range(chance.randrange(1, 4))
    )
    return a_public_result(
        id=public_id, agency_id=chance.choice(list(_AGENCIES)), entity_id=f"e_{chance.randrange(12)}",
        inspected_on=date(2025, month, 14) - timedelta(days=chance.randrange(120)), findings=findings,
        task_id=chance.choice([None, "t_a_1_0", "t_a_1_1", "t_a_2_3", "t_gone"]),
        stated_due_on=chance.choice([None, date(2025, 7, 1), date(2099, 7, 1)]),
        month_only=chance.random() < 0.1,
    )  # fmt: skip


@pytest.fixture(params=[1, 2])
def filled(
    request: pytest.FixtureRequest, client: FlaskClient, migrated_register: sa.Engine
) -> FlaskClient:
    _fill(migrated_register, random.Random(request.param))
    return client


@pytest.fixture
def migrated_register(client: FlaskClient) -> Iterator[sa.Engine]:
    settings = client.application.config["PORTAL"]
    engine = sa.create_engine(settings.register_url)
    yield engine
    engine.dispose()


def _asked(word: str, chance: random.Random) -> dict[str, str]:
    """Return filters that chance has chosen; a year and a quarter never contradict each other."""
    statistic = STATISTICS[word]
    found = {"by": chance.choice(statistic.groups)}
    choices = {
        "agency": list(_AGENCIES), "region": ["990100", "990101"], "year": ["2024", "2025"],
        "quarter": ["2025Q1", "2025Q2", "2024Q4"],
    }  # fmt: skip
    for name in statistic.takes:
        if chance.random() < 0.4 and not (name == "quarter" and "year" in found):
            found[name] = chance.choice(choices[name])
    if found["by"] == "outcome" and chance.random() < 0.5:
        found["item"] = chance.choice(["i_1", "i_2"])
    return found


def _linked(page: str) -> list[tuple[str, int]]:
    """Return the addresses that figures of a page lead to, with the figures."""
    tables = "".join(re.findall(r"<t(?:body|foot)>.*?</t(?:body|foot)>", page, re.DOTALL))
    links = re.findall(r'<td><a href="([^"]+)">([0-9,]+)</a>', tables)
    return [(unescape(address), int(text.replace(",", ""))) for address, text in links]


@pytest.mark.parametrize("word", list(STATISTICS))
def test_pages_lists_json_and_csv_agree(filled: FlaskClient, word: str) -> None:
    chance = random.Random(word)
    for _ in range(12):
        query = urlencode(_asked(word, chance))
        page = filled.get(f"/statistics/{word}?{query}")
        told = filled.get(f"/api/v1/statistics/{word}?{query}").get_json()["data"]
        table = filled.get(f"/api/v1/statistics/{word}.csv?{query}").get_data(as_text=True)

        assert page.status_code == 200, query
        assert SENTENCE in page.get_data(as_text=True)
        expected = [*told["rows"], told["total"] | {told["by"]: "*"}]
        rows = list(csv.DictReader(io.StringIO(table)))
        assert rows == [
            {k: "" if v is None else str(v) for k, v in row.items()} for row in expected
        ]
        for address, figure in _linked(page.get_data(as_text=True)):
            if word == "progress" and not address.startswith("/tasks/"):
                continue  # a sum of figures: see below
            if address.startswith("/statistics/coverage/parties"):
                assert len(_visited(filled, address)) == figure, address
                continue
            path, _, given = address.partition("?")
            answer = filled.get(
                f"/api/v1{path.rstrip('/')}?{given}&total=true&limit=1000".replace("?&", "?")
            )
            body = answer.get_json()
            assert (body["total"], len(body["data"])) == (figure, figure), address
            assert filled.get(address).status_code == 200


def _visited(client: FlaskClient, address: str | None) -> dict[str, list[tuple[str, int]]]:
    """Return the parties on every page of a list, each with its counts and where they lead."""
    found: dict[str, list[tuple[str, int]]] = {}
    while address:
        page = unescape(client.get(address).get_data(as_text=True))
        for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)[1:]:
            [party] = re.findall(r'"/entities/(e_[0-9]+)[?"]', row)
            assert party not in found
            found[party] = [
                (a, int(n)) for a, n in re.findall(r'<a href="(/results/[^"]+)">(\d+)', row)
            ]
        following = re.search(r'href="([^"]+)" rel="next"', page)
        address = following[1] if following else None
    return found


@pytest.mark.parametrize(("size", "examined"), [(50, 20_000), (3, 4)])
def test_the_parties_behind_a_figure_are_each_there_once_with_their_checks(
    filled: FlaskClient, monkeypatch: pytest.MonkeyPatch, size: int, examined: int
) -> None:
    monkeypatch.setattr(visited, "PAGE_SIZE", size)
    monkeypatch.setattr(visited, "MOST_EXAMINED", examined)
    for query in (
        "",
        "agency=a_2",
        "region=990101&year=2025",
        "quarter=2025Q1",
        "agency=a_1&year=2024",
    ):
        checks = filled.get(f"/api/v1/results?limit=1000&{query}").get_json()["data"]
        counts = Counter(each["entity_id"] for each in checks)
        problems = Counter(each["entity_id"] for each in checks if each["problem"])
        expected = {
            "parties": set(counts), "with_problems": set(problems),
            "repeated": {party for party, count in problems.items() if count > 1},
        }  # fmt: skip
        for found, parties in expected.items():
            shown = _visited(filled, f"/statistics/coverage/parties?found={found}&{query}")
            assert set(shown) == parties, (query, found)
            for party, leads in shown.items():
                assert [n for _, n in leads] == [n for n in (counts[party], problems[party]) if n]
                for address, number in leads:
                    path, _, given = address.partition("?")
                    told = filled.get(f"/api/v1{path.rstrip('/')}?{given}&total=true").get_json()
                    assert told["total"] == number, address


def _columns(page: str, caption: str) -> dict[str, tuple[int, list[str | None]]]:
    """Return the sum of each column of figures of one table, and where its figures lead."""
    table = next(
        each for each in re.findall(r"<table.*?</table>", page, re.DOTALL) if caption in each
    )
    heads = re.findall(r'<th scope="col">(.*?)</th>', table)[1:]
    body = re.findall(r"<tbody>(.*?)</tbody>", table, re.DOTALL)[0]
    rows = [re.findall(r"<td>(.*?)</td>", row) for row in re.findall(r"<tr>.*?</tr>", body)]
    found = {}
    for place, head in enumerate(heads):
        cells = [
            re.fullmatch(r'(?:<a href="([^"]+)">)?([0-9,]+|.*?)(?:</a>)?', row[place])
            for row in rows
        ]
        known = [each for each in cells if each is not None and each[2].replace(",", "").isdigit()]
        found[head] = (
            sum(int(each[2].replace(",", "")) for each in known),
            [each[1] for each in known],
        )
    return found


def test_each_figure_of_plans_leads_to_what_it_is_the_sum_of_down_to_the_records(
    filled: FlaskClient,
) -> None:
    """An agency's figure is the sum of its plans', a plan's of its tasks', and a task's counts records."""
    of_agencies = filled.get("/statistics/progress?by=agency&year=2025").get_data(as_text=True)
    names = {"计划任务": "计划任务", "计划户数": "抽查户数", "已抽取": "已抽取", "已公示": "已公示", "发现问题": "发现问题", "已完结": "已完结"}  # fmt: skip
    followed = 0
    for agency in _AGENCIES:
        plans = filled.get(f"/statistics/progress?by=plan&agency={agency}&year=2025")
        sums = _columns(plans.get_data(as_text=True), "按计划")
        tasks = _columns(filled.get(f"/plans/p_{agency}").get_data(as_text=True), "任务、抽取")
        for name in names:
            figure, [lead] = sums[name]
            if name == "计划任务":
                assert lead == f"/tasks/?plan=p_{agency}"
                continue
            assert lead == (f"/plans/p_{agency}#progress" if figure else None)
            assert tasks[names[name]][0] == figure
            given = {"year": "2025", "agency": agency, "by": "plan"}
            queries = re.findall(
                rf'href="/statistics/progress\?([^"]+)">{figure}</a>', unescape(of_agencies)
            )
            assert figure == 0 or given in [dict(parse_qsl(each)) for each in queries]
        for name in ("已公示", "发现问题", "已完结"):
            figure, leads = tasks[name]
            counted = 0
            for lead in filter(None, leads):
                path, _, query = unescape(lead).partition("?")
                answer = filled.get(f"/api/v1{path.rstrip('/')}?{query}&total=true")
                counted += answer.get_json()["total"]
                followed += 1
            assert counted == figure
        drawn = sum(
            filled.get(f"/api/v1/draw-entries?draw={draw['id']}&total=true").get_json()["total"]
            for task in filled.get(f"/api/v1/tasks?plan=p_{agency}").get_json()["data"]
            for draw in filled.get(f"/api/v1/draws?task={task['id']}").get_json()["data"]
        )
        assert drawn == tasks["已抽取"][0]
    assert followed > len(_AGENCIES)


def test_the_sums_of_the_overview_are_those_of_the_pages(filled: FlaskClient) -> None:
    page = filled.get("/statistics/").get_data(as_text=True)
    for word in STATISTICS:
        total = filled.get(f"/api/v1/statistics/{word}").get_json()["data"]["total"]
        for value in total.values():
            if isinstance(value, int):
                assert re.search(rf"<dd>(<a [^>]+>)?{value}(</a>)?</dd>", page), (word, value)


@pytest.mark.parametrize(
    "query",
    ["agency=%3Cb%3E", "region=99", "year=1800", "quarter=2025Q5", "quarter=2025Q2&year=2024",
     "by=entity", "item=i_1&by=agency", "colour=red"],
)  # fmt: skip
def test_what_is_not_understood_is_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"/statistics/outcomes?{query}").status_code == (
        200 if query == "item=i_1&by=agency" else 400
    )
    answer = client.get(f"/api/v1/statistics/outcomes?{query}")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert parse_qs(query).keys() >= {answer.get_json()["parameter"]}


def test_an_unchanged_statistic_is_not_sent_again(client: FlaskClient) -> None:
    for address in ("/statistics/punctuality", "/api/v1/statistics/punctuality"):
        tag = client.get(address).headers["ETag"]
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304


def test_there_is_no_statistic_of_another_name(client: FlaskClient) -> None:
    assert client.get("/statistics/inspectors").status_code == 404
    assert client.get("/api/v1/statistics/inspectors").status_code == 404
