"""Feeds: valid in every format, the same bytes until something happens, and silent about what was withdrawn."""

import html
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import feedparser
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from portal.kit.config import Settings
from portal.public.app import create_app
from portal.public.feeds.gathering import MOST
from portal.register.eventing import Event
from portal.register.records import Kind, PublicFinding, PublicNotice, PublicPlan, PublicReply
from tests import stage
from tests.public.feeds.conftest import Desk
from tests.public.feeds.json_feed import problems
from tests.public.test_query_cost import recorded
from tests.register.makers import a_public_agency, a_public_entity, a_public_result, a_public_step
from tests.stage import urls

SUFFIXES = (".atom", ".rss", ".feed.json")
FEEDS = (
    "/all", "/results", "/agencies", "/entities", "/items", "/plans", "/tasks", "/draws",
    "/draw-entries", "/findings", "/followups", "/documents", "/withheld", "/corrections",
    "/agencies/a_1", "/entities/e_1", "/regions/990100",
)  # fmt: skip
#: PostgreSQL holds no NUL: there none can be published.
HOSTILE = (
    f"控制{'' if stage.POSTGRES else chr(0)}符\x1b\x0b\ufffe😀𠮷 ]]> <script>alert(1)</script> &amp; <b>粗</b> \u202e反 </content>"
    " \"'><a href=javascript:1>x</a>"
)
KEPT = re.sub("[\x00\x1b\x0b\ufffe]", "", HOSTILE)


def entries(client: FlaskClient, address: str) -> list[Any]:
    """Return the entries of an Atom or RSS feed, newest first."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    found = feedparser.parse(answer.data)
    assert found.bozo is False, found.get("bozo_exception")
    return list(found.entries)


def told(client: FlaskClient, address: str) -> list[str]:
    """Return what happened, oldest first."""
    return [happened(each) for each in reversed(entries(client, address))]


def happened(entry: Any) -> str:
    """Return the code of what happened: RSS has its name only."""
    found = Event.named(entry.tags[0].term)
    assert found is not None
    return found.value


def walked(client: FlaskClient, address: str) -> list[str]:
    """Return the ids of all entries on the way along prev-archive."""
    found: list[str] = []
    following: str | None = address
    while following:
        answer = client.get(following.removeprefix("https://mingcha.example"))
        assert answer.status_code == 200
        parsed = feedparser.parse(answer.data)
        assert len(parsed.entries) <= MOST
        found += [each.id for each in parsed.entries]
        links = {link["rel"]: link["href"] for link in parsed.feed.links}
        following = links.get("prev-archive")
    return found


def _case(desk: Desk) -> None:
    desk.put(a_public_agency(), a_public_entity())
    desk.put(a_public_result(("ordered_to_rectify",)), day=1)


@pytest.mark.parametrize("path", FEEDS)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_feed_reads_well_and_is_not_sent_twice(  # noqa: PLR0917 - fixtures
    desk: Desk, client: FlaskClient, site: Flask, data: Path, path: str, suffix: str
) -> None:
    _case(desk)
    first = client.get(path + suffix)
    with recorded(site) as statements:
        again = client.get(path + suffix, headers={"If-None-Match": first.headers["ETag"]})
    restarted = create_app(urls(data)[0])
    with recorded(restarted) as after_restart:
        held = restarted.test_client().get(
            path + suffix, headers={"If-None-Match": first.headers["ETag"]}
        )
    elsewhere = restarted.test_client().get(path + suffix)

    assert first.status_code == 200
    if suffix == ".feed.json":
        assert problems(json.loads(first.data)) == []
    else:
        assert feedparser.parse(first.data).bozo is False
    assert (again.status_code, again.data, statements) == (304, b"", [])
    assert (held.status_code, held.data, after_restart) == (304, b"", [])
    assert (elsewhere.data, elsewhere.headers["ETag"]) == (first.data, first.headers["ETag"])


def test_a_reader_is_not_sent_again_what_only_others_changed(
    desk: Desk, client: FlaskClient, site: Flask
) -> None:
    _case(desk)
    held = {
        path: client.get(path).headers["ETag"]
        for path in ("/entities/e_1.atom", "/results.rss?status=open", "/results.feed.json")
    }
    desk.put(a_public_entity(id="e_2", name="示例市二店"), day=2)

    for path, tag in held.items():
        first = client.get(path, headers={"If-None-Match": tag})
        with recorded(site) as statements:
            again = client.get(path, headers={"If-None-Match": tag})
        assert (first.status_code, first.headers["ETag"]) == (304, tag)
        assert (again.status_code, again.headers["ETag"], statements) == (304, tag, [])
    desk.put(a_public_result(("ordered_to_rectify",), unit="二中队"), day=3)
    for path, tag in held.items():
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_a_withdrawal_is_sent_to_whoever_holds_what_was_withdrawn(
    desk: Desk, client: FlaskClient
) -> None:
    _case(desk)
    desk.put(a_public_result(("ordered_to_rectify",), id="r_2"), day=2)
    paths = ("/entities/e_1.atom", "/agencies/a_1.rss", "/results.feed.json?problem=true")
    held = {path: client.get(path).headers["ETag"] for path in paths}
    desk.take(Kind.RESULT, "r_2", day=3)

    for path, tag in held.items():
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_a_site_of_another_name_sends_its_feeds_anew(
    desk: Desk, client: FlaskClient, data: Path
) -> None:
    _case(desk)
    tag = client.get("/all.atom").headers["ETag"]
    other = create_app(replace_site(data)).test_client()

    answer = other.get("/all.atom", headers={"If-None-Match": tag})

    assert answer.status_code == 200
    assert answer.headers["ETag"] != tag


def test_a_case_is_told_step_by_step_and_each_step_is_an_entry_of_its_own(
    desk: Desk, client: FlaskClient
) -> None:
    _case(desk)
    before = [each.id for each in entries(client, "/entities/e_1.atom")]
    desk.put(a_public_step(due_on=None), day=2)
    desk.put(a_public_result(("ordered_to_rectify",), unit="二中队"), day=3)
    desk.put(a_public_step(id="f_2", step="closed"), day=4)

    assert told(client, "/entities/e_1.atom") == [
        "published",
        "published",
        "corrected",
        "rectified",
    ]
    assert told(client, "/results.rss?problem=true") == ["published", "corrected", "rectified"]
    assert told(client, "/results.rss?entity=e_1&entries=records") == ["rectified"]
    assert told(client, "/corrections.atom") == ["corrected"]
    after = [each.id for each in entries(client, "/entities/e_1.atom")]
    assert after[-len(before) :] == before
    assert len(set(after)) == len(after)


def test_an_older_entry_keeps_the_words_and_the_names_of_its_day(
    desk: Desk, client: FlaskClient
) -> None:
    _case(desk)
    first = entries(client, "/results.atom")[0]
    desk.put(a_public_entity(name="示例市更名食品有限公司"), day=2)
    desk.put(a_public_result(("ordered_to_rectify",), unit="二中队"), day=3)

    later = entries(client, "/results.atom")

    assert later[1] == first
    assert "更名" in later[0].title
    assert "二中队" in later[0].content[0].value


def test_what_was_withdrawn_is_in_no_feed_and_its_withdrawal_is_an_entry(
    desk: Desk, client: FlaskClient
) -> None:
    secret = a_public_result(
        ("concealed",), unit="秘密中队",
        findings=(PublicFinding(item_name="秘密事项", outcomes=("concealed",), item_id="i_9"),),
    )  # fmt: skip
    desk.put(a_public_agency(), a_public_entity(), secret)
    shown = entries(client, "/results.atom")[0]
    desk.take(Kind.RESULT, "r_1", day=1)

    for path in (*FEEDS, "/corrections"):
        for suffix in SUFFIXES:
            answer = client.get(path + suffix)
            assert "秘密" not in answer.get_data(as_text=True), path
            assert "concealed" not in answer.get_data(as_text=True), path
    for path in ("/all", "/results", "/agencies/a_1", "/regions/990100"):
        told_now = [each for each in entries(client, f"{path}.atom") if "r_1" in each.title]
        assert [happened(each) for each in told_now] == ["withdrawn", "gone"]
        root = etree.fromstring(client.get(f"{path}.atom").data)
        gone = root.findall("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
        assert [each.get("ref") for each in gone] == [shown.id]
    for path in ("/entities/e_1.atom", "/results.atom?entity=e_1", "/results.atom?problem=true",
                 "/results.atom?item=i_9", "/findings.atom?outcome=concealed"):  # fmt: skip
        assert b"r_1" not in client.get(path).data


def taken_back(client: FlaskClient, address: str) -> list[str]:
    """Return the ids of the entries that an Atom feed takes back."""
    root = etree.fromstring(client.get(address).data)
    gone = root.findall("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
    return [str(each.get("ref")) for each in gone]


def test_a_subscriber_of_a_party_is_told_what_to_drop_and_nobody_else_whose_it_was(
    desk: Desk, client: FlaskClient
) -> None:
    """A tombstone in one party's feed alone would say for ever that the withdrawn record was about it."""
    desk.put(a_public_agency(), a_public_entity(), a_public_entity(id="e_2", name="示例市二店"))
    before = client.get("/entities/e_1.feed.json").get_json()
    desk.put(a_public_result(("ordered_to_rectify",)), day=1)
    desk.put(a_public_result(("ordered_to_rectify",), unit="二中队"), day=2)
    shown = [each.id for each in entries(client, "/entities/e_1.atom")][:2]
    desk.take(Kind.RESULT, "r_1", day=3)

    alike = ("/entities/e_1.atom", "/entities/e_2.atom", "/results.atom?problem=true", "/items.atom",
             "/results.atom?entries=records", "/search.atom?q=x", "/all.atom")  # fmt: skip
    assert [taken_back(client, each) for each in alike] == [shown[::-1]] * len(alike)
    after = client.get("/entities/e_1.feed.json").get_json()
    assert [each["id"] for each in after["_deleted"]["items"]] == shown[::-1]
    assert after["items"] == before["items"]
    assert problems(after) == []
    for address in alike[:3]:
        page = client.get(address).get_data(as_text=True)
        assert "撤下本身在“更正和撤下”中公布：https://mingcha.example/corrections.atom" in page


def test_the_archives_of_a_party_do_not_tell_that_something_is_gone(
    desk: Desk, client: FlaskClient, data: Path
) -> None:
    results = [a_public_result(("ordered_to_rectify",), id=f"r_{n}") for n in range(1, 131)]
    desk.put(a_public_agency(), a_public_entity(), a_public_entity(id="e_2", name="示例市二店"))
    desk.put(*results[:120], day=1)
    desk.take(Kind.RESULT, "r_7", "r_60", "r_120", day=2)
    desk.put(*results[120:], day=3)

    for address in ("/entities/e_1.atom", "/results.atom?problem=true"):
        archives = [
            entries(client, f"{address}{'&' if '?' in address else '?'}archive={n}") for n in (0, 1)
        ]
        assert [len(each) for each in archives] == [50, 50]
        found = walked(client, address)
        assert len(found) == len(set(found)) == 127 + ("entities" in address)
        numbers = [int(each.rpartition("/")[2]) for each in found]
        assert numbers == sorted(numbers, reverse=True)


def test_what_was_published_again_is_taken_back_only_as_it_was_before(
    desk: Desk, client: FlaskClient
) -> None:
    _case(desk)
    first = entries(client, "/results.atom")[0].id
    desk.take(Kind.RESULT, "r_1", day=2)
    desk.put(a_public_result(("ordered_to_rectify",)), day=3)
    second = entries(client, "/results.atom")[0].id

    assert taken_back(client, "/results.atom") == [first]
    desk.take(Kind.RESULT, "r_1", day=4)
    assert taken_back(client, "/entities/e_1.atom") == [first, second]


def test_a_later_redaction_reaches_the_older_entries(desk: Desk, client: FlaskClient) -> None:
    desk.put(a_public_agency(), a_public_entity(name="示例市张三丰小吃店", form="sole_trader"))
    desk.put(a_public_result(), day=1)
    desk.put(a_public_entity(name="示＊＊＊", form="sole_trader", masked=True), day=2)

    for path in ("/all.atom", "/entities.rss", "/results.atom", "/entities/e_1.atom"):
        assert "张三丰" not in client.get(path).get_data(as_text=True)
    assert told(client, "/entities.atom") == ["gone", "corrected"]


@pytest.mark.parametrize("text", [HOSTILE, "长" * 33_000 + "]]>"])
def test_hostile_texts_come_out_as_they_went_in(desk: Desk, client: FlaskClient, text: str) -> None:
    kept = KEPT if text is HOSTILE else text
    name = text[:100]  # what a name may be at most
    desk.put(a_public_agency(duties=text), a_public_entity(name=name), a_public_result(unit=text))

    for path in ("/results", "/all", "/agencies/a_1"):
        for suffix in (".atom", ".rss"):
            for each in entries(client, path + suffix):
                shown = each.content[0].value
                assert "<script" not in shown
                assert "javascript:1>" not in shown.replace("&gt;", "")
        item = json.loads(client.get(f"{path}.feed.json").data)["items"][0]
        page = etree.fromstring(f"<div>{item['content_html']}</div>", etree.HTMLParser())
        assert kept in list(page.itertext())
    raw = etree.fromstring(client.get("/results.atom").data)
    content = raw.find(".//{http://www.w3.org/2005/Atom}content")
    assert content is not None
    page = etree.fromstring(f"<div>{content.text}</div>", etree.HTMLParser())
    assert kept in list(page.itertext())


def test_a_reader_that_takes_descriptions_of_rss_for_html_finds_no_markup_of_records_in_them(
    desk: Desk, client: FlaskClient
) -> None:
    """RSS has no other kind of description; Atom says of each text what it is."""
    desk.put(a_public_agency(), a_public_entity(name=HOSTILE[:100]), a_public_result(unit=HOSTILE))

    for path in ("/all.rss", "/entities.rss", f"/search.rss?q={quote('<b>粗</b>')}"):
        for each in etree.fromstring(client.get(path).data).iter("description"):
            page = etree.fromstring(f"<div>{each.text}</div>", etree.HTMLParser())
            assert [tag.tag for tag in page.iter()] == ["html", "body", "div"]
    first, *_ = etree.fromstring(client.get("/entities.rss").data).findall(".//item/description")
    summary, *_ = etree.fromstring(client.get("/entities.atom").data).iter(
        "{http://www.w3.org/2005/Atom}summary"
    )
    assert "<script>" in str(summary.text)
    assert html.unescape(str(first.text)) == summary.text


def test_ten_thousand_events_stay_bounded_and_each_is_met_once(
    desk: Desk, client: FlaskClient
) -> None:
    desk.put(
        a_public_agency(),
        *(a_public_entity(id=f"e_{n}", name=f"示例市{n}号") for n in range(1, 1001)),
    )
    held = client.get("/entities.atom?archive=2")
    desk.put(*(a_public_entity(id=f"e_{n}", name=f"示例市{n}号") for n in range(1001, 1213)), day=1)

    assert len(entries(client, "/all.atom")) <= MOST
    found = walked(client, "/all.atom")
    assert len(found) == len(set(found)) == 1213
    assert client.get("/entities.atom?archive=2").data == held.data
    assert client.get("/entities.atom?archive=24").status_code == 302


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(st.integers(1, 70), st.sampled_from(["put", "put", "put", "take"])),
        min_size=1,
        max_size=160,
    ),
    st.integers(),
)
def test_archives_and_the_current_document_give_each_event_once(
    desk: Desk, client: FlaskClient, acts: list[tuple[int, str]], seed: int
) -> None:
    for turn, (number, act) in enumerate(acts):
        if act == "put":
            desk.put(
                a_public_entity(
                    id=f"e_{number}", name=f"示例市{number}号{turn}", industry=str(seed)
                )
            )
        else:
            desk.take(Kind.ENTITY, f"e_{number}")

    changes = client.get("/api/v1/changes?limit=1").get_json()["epoch"]
    for address in ("/all.atom", "/entities.atom", "/all.rss"):
        found = walked(client, address)
        numbers = [int(each.rpartition("/")[2]) for each in found]
        assert found == [f"tag:mingcha.example,2026:{changes}/change/{n}" for n in numbers]
        assert numbers == list(range(len(numbers), 0, -1))


def test_ids_stay_when_host_scheme_name_and_language_change(
    desk: Desk, client: FlaskClient, data: Path
) -> None:
    _case(desk)
    other = create_app(replace_site(data)).test_client()

    here = [each.id for each in entries(client, "/all.atom")]
    assert [each.id for each in entries(other, "/all.atom?lang=en")] == here
    assert [each.id for each in entries(other, "/all.rss")] == here
    for path in ("/all.atom?", "/search.atom?q=食品&agency=a_1&", "/results.atom?entries=records&"):
        names = {
            feedparser.parse(each.get(path + more).data).feed.id
            for each, more in ((client, ""), (other, ""), (other, "lang=en"))
        }
        (name,) = names
        assert re.fullmatch(r"tag:mingcha\.example,2026:[0-9a-f]{32}/feed/[\w/=&%]+", name)
        assert "%25" not in name


def replace_site(data: Path) -> Settings:
    return replace(
        urls(data)[0],
        site_url="https://else.example",
        site_name="别处",
        websub_hub="https://hub.example/",
    )


def test_a_hub_is_named_where_one_is_set(desk: Desk, client: FlaskClient, data: Path) -> None:
    _case(desk)
    other = create_app(replace_site(data)).test_client()

    for suffix in (".atom", ".rss"):
        links = feedparser.parse(other.get(f"/all{suffix}").data).feed.links
        assert [link["href"] for link in links if link["rel"] == "hub"] == ["https://hub.example/"]
    assert json.loads(other.get("/all.feed.json").data)["hubs"] == [
        {"type": "WebSub", "url": "https://hub.example/"}
    ]
    assert b"hub" not in client.get("/all.rss").data


def test_plan_adjustments_and_notices_have_feeds(desk: Desk, client: FlaskClient) -> None:
    facts = {"id": "p_1", "agency_id": "a_1", "code": "J", "name": "计划", "year": 2025,
             "approved_on": date(2025, 1, 1)}  # fmt: skip
    first = PublicPlan(**(facts | {"version": 1}))  # type: ignore[arg-type]
    second = PublicPlan(**(facts | {"version": 2, "adjustment_reason": "机构调整"}))  # type: ignore[arg-type]
    notice = PublicNotice(
        id="w_1",
        ground="trade_secret",
        article="第十五条",
        decided_by="示例市局",
        review_on=date(2026, 1, 1),
    )
    desk.put(a_public_agency(), first, notice)
    desk.put(second, day=1)

    assert told(client, "/plans.atom") == ["published", "adjusted"]
    assert told(client, "/plans.atom?adjusted=true") == ["adjusted"]
    assert told(client, "/withheld.rss") == ["published"]


def test_a_letter_leads_to_its_result_once_it_is_told_what_it_is_about(
    desk: Desk, client: FlaskClient
) -> None:
    _case(desk)
    arrived = PublicReply(id="y_1", state="received", received_on=date(2025, 6, 4))
    handled = PublicReply(
        id="y_1", state="handling", received_on=date(2025, 6, 4),
        kind="objection", result_id="r_1", entity_id="e_1",
    )  # fmt: skip
    desk.put(arrived, day=2)
    desk.put(handled, day=3)

    for suffix in (".atom", ".rss"):
        disputed, later, first = entries(client, f"/all{suffix}")[:3]
        assert happened(disputed) == happened(later) == "handled"
        assert (first.title, first.link) == (
            "公开：来信办理 · 已收件",
            "https://mingcha.example/replies/#y_1",
        )
        assert later.title.endswith("来信办理 · 示例市青禾食品有限公司 · 异议 · 异议处理中")
        assert later.link == "https://mingcha.example/results/r_1#y_1"
    assert 'id="y_1"' in client.get("/results/r_1").get_data(as_text=True)


@pytest.mark.parametrize(
    ("address", "status"),
    [("/nothing.atom", 404), ("/results.atom?foo=1", 400), ("/results.rss?archive=x", 400),
     ("/entities/e_9.atom", 404), ("/regions/1.atom", 404), ("/results/r_1.atom", 404),
     ("/all.atom?agency=a_1", 400), ("/results.atom?entries=all", 400)],
)  # fmt: skip
def test_what_is_not_understood_is_no_feed(client: FlaskClient, address: str, status: int) -> None:
    assert client.get(address).status_code == status
