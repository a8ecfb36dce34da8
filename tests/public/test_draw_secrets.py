"""What a draw handles and may not tell: before its reveal, after it, and of whom it may not name."""

import hashlib
import itertools
import json
import secrets
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.orm import Session

from portal.domain.grounds import Ground
from portal.domain.sortition import outcome
from portal.domain.verdicts import Act
from portal.domain.workflow import Role
from portal.internal.commands.drawing import draw as command
from portal.internal.desk import decide, notices, people, retract
from portal.internal.desk.drawing import freezing, keeping, orders, outward, steps
from portal.internal.desk.drawing.orders import BadOrder
from portal.internal.desk.orders import Order
from portal.internal.desk.stores import Stores
from portal.internal.tables.filings import FilingRow
from portal.public.app import create_app
from portal.register import packages, purging
from portal.register.evidence import PublicStratum
from portal.register.proofs.audit import audit
from portal.register.records import Kind, PublicDraw
from tests import stage
from tests.conftest import NOW, Office, furnish
from tests.internal.drawing_makers import ORDER, numbered, parties
from tests.makers import RESULT_ROW, Row
from tests.public.crawl import crawl
from tests.public.test_leaks import DECISION, _everything, _strip, _twin
from tests.raw import store_bytes
from tests.stage import urls

LATER = NOW + timedelta(days=40)
TRADER, UNIT, SECRET, UNRELEASED, HELD = (
    numbered(11, "92"), numbered(12), numbered(13), numbered(14), numbered(15),
)  # fmt: skip
#: Stands in a field that the road of a draw handles and nobody outside may read.
WORDS = {
    name: f"隐鹊{letter}鸣"
    for name, letter in zip(
        (
            "inspector", "post", "skill", "station", "present", "photo", "risk", "note", "legal", "trader", "unit",
            "secret", "unreleased", "held",
        ),
        "甲乙丙丁戊己庚辛壬癸子丑寅卯",
        strict=True,
    )
}  # fmt: skip
SENTENCES = {name: f"{word}公司" for name, word in WORDS.items()}
#: Those of the other tests stand on the pages as examples.
DICE = "83104729561830472956"
CERTIFICATE = "99019988771"
NUMBERS = (CERTIFICATE, TRADER, UNIT, SECRET, UNRELEASED, HELD)


def _world(office: Office) -> None:
    """File ten companies that are public, and a party of every kind that may not be named."""
    parties(
        office,
        {"entity_name": SENTENCES["trader"], "identifier": TRADER, "region": "990101003"},
        {"entity_name": SENTENCES["unit"], "identifier": UNIT, "form": "部队单位"},
        {"entity_name": SENTENCES["secret"], "identifier": SECRET, "disclosure": "不予公开", **DECISION},
        {"entity_name": "示例市显名食品有限公司", "identifier": numbered(16), "region": "990101",
         "risk_class": WORDS["risk"], "note": WORDS["note"], "legal_person": WORDS["legal"]},
    )  # fmt: skip
    office.file("entities", {"entity_name": SENTENCES["unreleased"], "identifier": UNRELEASED})
    office.put(
        "draws",
        {"code": "2025-01", "name": "另一次抽查", "drawn_on": "2025-05-26", "method": "系统随机抽取",
         "embargo_until": "2026-06-10", "entity_name": SENTENCES["held"], "identifier": HELD},
    )  # fmt: skip
    office.put(
        "inspectors",
        {"certificate": CERTIFICATE, "name": WORDS["inspector"], "post": WORDS["post"],
         "skills": WORDS["skill"], "station": WORDS["station"]},
    )  # fmt: skip


def _order(**changes: str) -> str:
    """Return the order with what stays inside: a name, a recusal, whom to leave out."""
    text = ORDER.replace(
        'role = "主持人"\n', f'role = "主持人"\nname = "{WORDS["present"]}"\n'
    ).replace("reveal_on", 'withheld_quota = "all"\nreveal_on')  # fmt: skip
    for old, new in changes.items():
        text = text.replace(old, new)
    hidden = [SECRET, UNIT, numbered(3)]
    return (
        text
        + f'[recuse]\n"{CERTIFICATE}" = {json.dumps(hidden)}\n[leave_out]\n"{UNIT}" = "closed"\n'
    )


def _commands(office: Office, data: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Take the draw to its sealed hash, the dice by the real command with a photograph; return the share."""
    _, shares = freezing.freeze(office.stores, orders.read(_order()), by="lin", now=NOW)
    steps.commit(office.stores, "shili-1", by="he", now=NOW)
    photo = office.folder / f"{WORDS['photo']}.jpg"
    photo.write_bytes(WORDS["photo"].encode())
    for name, value in stage.environ(data).items():
        monkeypatch.setenv(name, value)
    told = CliRunner().invoke(
        command, ["seed", "shili-1", "dice", DICE, "--photo", str(photo), "--by", "lin"]
    )
    assert told.exit_code == 0, told.output
    words: dict[str, Any] = {"evidence": None, "photos": (), "by": "lin", "now": NOW}
    steps.seed(office.stores, "shili-1", "jj", shares["jj"], **words)
    steps.draw(office.stores, "shili-1", by="he", now=NOW)
    return shares["jj"]


def _outside(office: Office, data: Path) -> bytes:
    """Return every byte that the public can be given: pages, feeds, API, and the register's files."""
    client = create_app(urls(data)[0]).test_client()
    shown = _public(office)
    more = [
        f"/draws/{shown.id}/package.json", f"/draws/{shown.id}?number={SECRET}", f"/api/v1/draws/{shown.id}",
        "/api/v1/draws", "/api/v1/changes", "/draws.atom", "/draws.feed.json", f"/search?q={numbered(3)}",
    ]  # fmt: skip
    found = [repr(answer.headers).encode() + answer.body for answer in crawl(client).values()]
    #: A page repeats what it was asked.
    found += [client.get(each).data.replace(SECRET.encode(), b"") for each in more]
    return b"".join(found) + store_bytes(data)


def _public(office: Office, name: str = "shili-1") -> PublicDraw:
    with Session(office.stores.internal) as session:
        shown = outward.public_record(office.stores, session, keeping.load(session, name))
    assert shown is not None
    return shown


def _package(office: Office, name: str = "shili-1") -> dict[str, Any]:
    with Session(office.stores.register) as session:
        found = b"".join(packages.pieces(session, _public(office, name).id))
    outcome.recompute(found)
    value: dict[str, Any] = json.loads(found)
    return value


def _named(office: Office, name: str = "shili-1") -> set[str]:
    return {each["object_id"] for each in _package(office, name)["objects"] if "object_id" in each}


def _take(office: Office, text: str, *, now: datetime = NOW, until: str = "reveal") -> str:
    """Take a draw along the road; return its number."""
    made, shares = freezing.freeze(office.stores, orders.read(text), by="lin", now=now)
    name = made.order.draw_id
    steps.commit(office.stores, name, by="he", now=now)
    words: dict[str, Any] = {"evidence": None, "photos": (), "by": "lin", "now": now}
    for source, value in (("jj", shares["jj"]), ("dice", DICE)):
        steps.seed(office.stores, name, source, value, **words)
    steps.draw(office.stores, name, by="he", now=now)
    if until == "reveal":
        steps.reveal(office.stores, name, by="he", second="an", now=LATER)
    return name


def _decide(
    office: Office, number: str, act: Act, *, now: datetime = LATER, place: str = ""
) -> None:
    order = Order(
        place=place, act=act, ground=Ground.PUBLIC_SECURITY, article="第十四条",
        decided_by="示例市市场监督管理局", decided_on=date(2025, 6, 1), review_on=date(2026, 5, 29),
        reason="不得公开的理由",
    )  # fmt: skip
    decide.decide(
        office.stores, Kind.ENTITY, f"uscc:{number}", [order], by="wu", second="bao", now=now,
        confirmed=True,
    )  # fmt: skip


@pytest.mark.slow
def test_nothing_of_a_draw_that_stays_inside_is_outside_before_or_after_its_reveal(
    office: Office, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _world(office)
    share = _commands(office, data, monkeypatch)
    with Session(office.stores.internal) as session:
        drawing = keeping.load(session, "shili-1")
    sealed = [
        share,
        DICE,
        drawing.progress.nonce or "?",
        *drawing.frozen.roster,
    ]
    named = {each["handle"] for each in drawing.frozen.objects if "salt" in each}
    sealed += [each["salt"] for name, each in drawing.frozen.openings.items() if name not in named]
    inside = zlib.decompress(drawing.row.frozen).decode() + drawing.row.terms
    assert [name for name in ("inspector", "present") if WORDS[name] not in inside] == []

    before = _outside(office, data)
    assert [each for each in (*WORDS.values(), *NUMBERS, *sealed) if each.encode() in before] == []

    steps.replace(
        office.stores, "shili-1", {"type": "object", "stratum": "一般", "out": _drawn(office), "reason": "closed"},
        by="he", second="an", now=NOW,
    )  # fmt: skip
    steps.reveal(office.stores, "shili-1", by="he", second="an", now=LATER)
    after = _outside(office, data)
    assert [each for each in (*WORDS.values(), *NUMBERS) if each.encode() in after] == []
    photo = hashlib.sha256(WORDS["photo"].encode()).hexdigest()
    assert [each for each in (share, DICE, photo, numbered(3)) if each.encode() not in after] == []


def _drawn(office: Office) -> str:
    with Session(office.stores.internal) as session:
        found: Any = outcome.compute(keeping.load(session, "shili-1").package()).result
    first: str = found["strata"][0]["drawn"][0]
    return first


def test_the_search_finds_what_an_order_opens(office: Office) -> None:
    """Were a field let out, the words above would be found: here the order lets the roster out."""
    _world(office)
    _take(office, "roster_is_public = true\n" + ORDER)
    text = json.dumps(_package(office), ensure_ascii=False)
    assert {name for name, word in WORDS.items() if word in text} == {"station", "skill"}


def test_a_party_that_has_no_page_is_counted_or_left_out(office: Office) -> None:
    """Withheld: counted. Never acknowledged, not released, or named by a sealed list alone: not even that."""
    _world(office)
    office.put("entities", *_withheld(range(40, 44)))
    _take(office, ORDER)
    objects = _package(office)["objects"]
    assert sum(each["stratum"] == "WITHHELD" for each in objects) == 5
    assert sum("object_id" not in each and each["stratum"] == "一般" for each in objects) == 1
    assert _named(office) == {numbered(n) for n in (*range(10), 16)}


@pytest.mark.parametrize("way", ["decide", "withdraw", "file"])
def test_who_loses_their_page_is_named_in_no_package_any_more(
    office: Office, data: Path, way: str
) -> None:
    parties(office)
    _take(office, ORDER)
    gone = numbered(4)
    assert gone in _named(office)
    said = _public(office).package_sha256
    if way == "decide":
        _decide(office, gone, Act.WITHHOLD)
    elif way == "withdraw":
        retract.retract(
            office.stores, Kind.ENTITY, _id_of(office, gone), by="he", second="an", now=LATER
        )
    else:
        office.put(
            "entities",
            {"entity_name": "示例市第4食品有限公司", "identifier": gone, "region": "990101",
             "disclosure": "不予公开", **DECISION},
            now=LATER,
        )  # fmt: skip
    assert _named(office) == {numbered(n) for n in range(10)} - {gone}
    assert gone.encode() not in store_bytes(data)
    #: The digest is that of the package as it is now; the one before would tell what that held.
    assert _public(office).package_sha256 != said


@pytest.mark.parametrize("until", ["seal", "reveal"])
@pytest.mark.parametrize("number", [4, pytest.param(30, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("where", "kept"), [("示例市政务公开厅", True), ("食品经营抽查第一轮", False)]
)
def test_a_draw_held_at_a_party_or_called_after_it_lets_go_of_it(
    office: Office, data: Path, where: str, number: int, until: str, *, kept: bool
) -> None:
    """Whether or not the party was in the drum; what was committed to is in the log, and its proofs stay."""
    parties(office)
    gone, name = numbered(number), f"示例市第{number}食品有限公司"
    office.put("entities", {"entity_name": name, "identifier": gone})
    drawn = _take(office, ORDER.replace(where, f"{name}会议室"), until=until)
    assert name.encode() in store_bytes(data)

    _decide(office, gone, Act.WITHHOLD)
    if until == "seal":
        steps.reveal(office.stores, drawn, by="he", second="an", now=LATER)

    shown = _public(office)
    assert [each for each in (gone, name) if each.encode() in _outside(office, data)] == []
    with Session(office.stores.register) as session:
        assert bool(list(packages.pieces(session, shown.id))) is kept
        assert packages.member(session, shown.id, numbered(5)) is not None
        assert audit(session).faults == []
    assert (shown.place is None, shown.plan is not None) == (kept, kept)
    assert purging.owed(office.stores.register) == 0


@pytest.mark.parametrize("where", ["示例市政务公开厅", "食品经营抽查第一轮"])
@pytest.mark.parametrize("then", ["reveal", "decision"])
def test_a_draw_says_what_it_said_while_a_file_waits_that_would_hide_whom_it_names(
    office: Office, data: Path, where: str, then: str
) -> None:
    parties(office)
    gone, name = numbered(30), "示例市第30食品有限公司"
    office.put("entities", {"entity_name": name, "identifier": gone})
    until = "seal" if then == "reveal" else "reveal"
    drawn = _take(office, ORDER.replace(where, f"{name}会议室"), until=until)
    said = _public(office)
    office.file(
        "entities", {"entity_name": name, "identifier": gone, "disclosure": "不予公开", **DECISION}
    )

    if then == "reveal":
        steps.reveal(office.stores, drawn, by="he", second="an", now=LATER)
    else:
        _decide(office, numbered(4), Act.WITHHOLD)

    shown = _public(office)
    assert (shown.name, shown.place, shown.plan) == (said.name, said.place, said.plan)
    assert shown.package_sha256 is not None


def _id_of(office: Office, number: str) -> str:
    with Session(office.stores.internal) as session:
        query = sa.select(FilingRow.public_id).where(FilingRow.key == f"uscc:{number}")
        return session.scalars(query).first() or ""


def test_a_later_round_does_not_name_who_was_withheld_since(office: Office) -> None:
    parties(office)
    _take(office, ORDER)
    before = outcome.compute(_package(office)).result
    strata: Any = before["strata"]
    handles = set(strata[0]["drawn"])
    drawn = sorted(
        each["object_id"] for each in _package(office)["objects"] if each["handle"] in handles
    )
    second = ORDER.replace("shili-1", "shili-2").replace(
        "draw_on", 'round = 2\nexclude_drawn_in = ["shili-1"]\ndraw_on', 1
    )
    _take(office, second)
    assert _package(office, "shili-2")["earlier"] == {"shili-1": drawn}
    _decide(office, drawn[0], Act.NEVER)
    for name in ("shili-1", "shili-2"):
        assert drawn[0] not in json.dumps(_package(office, name))
    assert _package(office, "shili-2")["earlier"] == {"shili-1": drawn[1:]}


def test_a_tampered_draw_does_not_keep_a_secret_public(office: Office) -> None:
    parties(office)
    _take(office, ORDER)
    with Session(office.stores.internal) as session:
        drawing = keeping.load(session, "shili-1")
        drawing.progress.seeds[1].value = DICE[::-1]
        drawing.save()
        session.commit()
    _decide(office, numbered(4), Act.NEVER)
    with Session(office.stores.register) as session:
        assert list(packages.pieces(session, _public(office).id)) == []
        assert packages.member(session, _public(office).id, numbered(4)) is None


def test_a_preset_that_sorts_by_risk_asks_whether_risk_may_be_seen(office: Office) -> None:
    parties(office)
    text = ORDER.replace('[[strata]]\nkey = "一般"\nquota = "20%"\n', "").replace(
        "draw_on", 'preset = "class-level"\ndraw_on', 1
    )
    with pytest.raises(BadOrder, match="risk_is_public"):
        freezing.freeze(office.stores, orders.read(text), by="lin", now=NOW)
    freezing.freeze(office.stores, orders.read("risk_is_public = true\n" + text), by="lin", now=NOW)


def test_a_drum_that_is_filled_by_risk_asks_likewise(office: Office) -> None:
    """Who is in the drum is public from the commit on, so that everybody's risk class would have been."""
    parties(
        office, {"entity_name": "示例市第十六食品有限公司", "identifier": UNIT, "risk_class": "D"}
    )
    text = f'{ORDER}\n[pool]\nrisks = ["D"]\n'

    with pytest.raises(BadOrder, match="risk_is_public"):
        freezing.freeze(office.stores, orders.read(text), by="lin", now=NOW)
    told, _ = freezing.freeze(
        office.stores, orders.read("risk_is_public = true\n" + text), by="lin", now=NOW
    )
    assert len(told.frozen.objects) == 1


def test_a_stratum_does_not_tell_what_is_kept_back_of_a_party(office: Office) -> None:
    """A sole trader's trade and street are not public, so neither is a stratum made of them."""
    parties(
        office,
        {"entity_name": "示例市示某小吃店", "identifier": TRADER, "region": "990101003",
         "industry": "餐饮服务"},
    )  # fmt: skip
    by_trade = '[[strata]]\nkey = "餐饮"\nquota = "20%"\nindustries = ["餐饮服务"]\n[[strata]]\nkey'
    _take(office, ORDER.replace("[[strata]]\nkey", by_trade, 1))
    strata = {each.key: each.frame for each in _public(office).strata}
    assert strata == {"餐饮": 0, "一般": 11}


@pytest.fixture
def even(even_salts: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what makes the salts of a draw begin anew: two worlds then differ by secrets, not by chance."""
    count = itertools.count()

    def begin() -> None:
        nonlocal count
        count = itertools.count()

    monkeypatch.setattr(
        secrets, "token_bytes", lambda size=32: hashlib.sha256(b"%d" % next(count)).digest()[:size]
    )
    return begin


def test_two_draws_that_differ_in_secrets_give_the_same_site(
    even: Callable[[], None],
    migrated: Path,
    tmp_path: Path,
    stores: Stores,
    data: Path,
) -> None:
    """Non-interference at every step: but for their number, what the drum holds in secret changes no byte."""
    office = furnish(stores, tmp_path)
    other_data = stage.copy(migrated, tmp_path / "other")
    (other_data / "log.key").write_bytes((data / "log.key").read_bytes())
    other = _twin(office, other_data, tmp_path)
    people.add(
        other.stores.internal, name="an", display="an", agency="*", roles=(Role.PUBLISHER,), password=None,
    )  # fmt: skip
    for each in (office, other):
        _secretly(each, more=each is other)
    roads = [_road(each, even, more=each is other) for each in (office, other)]
    for _ in range(5):
        for road in roads:
            next(road)
        first, second = (_everything(folder) for folder in (data, other_data))
        assert _strip(first, data) == _strip(second, other_data)
    assert any(address.endswith("/package.json") for address in first)


def _secretly(office: Office, *, more: bool) -> None:
    """File the same public parties, and secret ones that differ; `more`: some whom nobody may know of at all."""
    hidden: Row = (
        {
            "entity_name": "示例市甲某乙公司",
            "region": "990102003",
            "industry": "餐饮服务",
            "risk_class": "D",
        }
        if more
        else {"entity_name": "示例市丙某丁公司", "region": "990101"}
    )
    extra: list[Row] = [
        {"entity_name": f"示例部队{n}", "identifier": numbered(20 + n), "form": "部队单位"} for n in range(3)
    ]  # fmt: skip
    office.put(
        "entities",
        {**hidden, "identifier": SECRET, "disclosure": "不予公开", **DECISION},
        *(extra if more else []),
        *({"entity_name": f"示例市第{n}食品有限公司", "identifier": numbered(n), "region": "990101",
           "note": "甲" if more else "乙"} for n in range(10)),
    )  # fmt: skip
    if more:
        office.file("entities", {"entity_name": SENTENCES["unreleased"], "identifier": UNRELEASED})
    office.put(
        "inspectors",
        *({"certificate": f"990100005{n}", "name": f"示例{'甲' if more else '乙'}{n}",
           "station": "甲所" if more else "乙所"} for n in range(4)),
    )  # fmt: skip
    notices.release_notices(office.stores, by="he", now=NOW)


def _road(office: Office, even: Callable[[], None], *, more: bool) -> Iterator[None]:
    """Take the draw along, a step at a time; the salts of either world begin alike at each."""
    text = ORDER.replace(
        'role = "主持人"\n', f'role = "主持人"\nname = "{"甲" if more else "乙"}"\n'
    )
    if more:
        text += f'[recuse]\n"9901000050" = ["{SECRET}", "{numbered(20)}"]\n[leave_out]\n"{numbered(21)}" = "closed"\n'
    stores = office.stores
    even()
    _, shares = freezing.freeze(stores, orders.read(text), by="lin", now=NOW)
    steps.commit(stores, "shili-1", by="he", now=NOW)
    yield
    even()
    words: dict[str, Any] = {"evidence": None, "photos": (), "by": "lin", "now": NOW}
    for source, value in (("jj", shares["jj"]), ("dice", DICE)):
        steps.seed(stores, "shili-1", source, value, **words)
    yield
    even()
    steps.draw(stores, "shili-1", by="he", now=NOW)
    yield
    even()
    event = {"type": "object", "stratum": "一般", "out": _drawn(office), "reason": "closed"}
    steps.replace(stores, "shili-1", event, by="he", second="an", now=NOW)
    yield
    even()
    steps.reveal(stores, "shili-1", by="he", second="an", now=LATER)
    yield


def test_more_withheld_parties_change_counts_and_digests_alone(office: Office) -> None:
    parties(office)
    _take(office, ORDER, until="sealed")
    office.put("entities", *_withheld(range(40, 45)))
    _take(office, ORDER.replace("shili-1", "shili-2").replace("第一轮", "第二轮"), until="sealed")
    first, second = _public(office), _public(office, "shili-2")
    differing = {
        name for name in first.__struct_fields__ if getattr(first, name) != getattr(second, name)
    }
    assert differing == {
        "id", "name", "draw_code", "plan", "commitment", "frame_count", "strata", "sealed",
    }  # fmt: skip
    assert [each for each in second.strata if each not in first.strata] == [
        PublicStratum(key="WITHHELD", frame=5, eligible=5)
    ]


def test_fewer_than_five_who_have_no_page_change_nothing_of_a_draw(office: Office) -> None:
    """A drum is of one region and trade: of the one withheld party in it the count would tell both."""
    parties(office)
    office.put("entities", *_withheld(range(40, 44)))
    made = freezing.preview(office.stores, orders.read(ORDER), now=NOW)

    assert (len(made.objects), [each["key"] for each in made.plan["strata"]]) == (10, ["一般"])


def test_whom_checks_alone_name_that_nobody_may_know_of_change_nothing_of_a_draw(
    office: Office,
) -> None:
    """Five such checks would put five into the drum, for everybody to count."""
    parties(office)
    never = {"disclosure": "不予确认", **DECISION}
    office.put(
        "results",
        *(
            {**RESULT_ROW, "code": f"JC-{n}", "entity_name": f"示例市隐第{n}公司", "identifier": numbered(n), **never}
            for n in range(40, 46)
        ),
    )  # fmt: skip
    made = freezing.preview(office.stores, orders.read(ORDER), now=NOW)

    assert (len(made.objects), [each["key"] for each in made.plan["strata"]]) == (10, ["一般"])


def test_no_clerk_learns_by_naming_a_party_that_it_is_kept_back(office: Office) -> None:
    parties(office, *_withheld([40]))
    told = []
    for number in (numbered(40), numbered(41)):
        named = orders.read(f'{ORDER}\n[pool]\nnamed = ["{number}"]\n')
        with pytest.raises(BadOrder) as refused:
            freezing.preview(office.stores, named, now=NOW)
        told.append(str(refused.value))

    assert told[0] == told[1]


def _withheld(numbers: Iterable[int]) -> list[Row]:
    """Return parties in whose place a notice stands."""
    return [
        {"entity_name": f"示例市隐第{number}公司", "identifier": numbered(number), "region": "990101",
         "disclosure": "不予公开", **DECISION}
        for number in numbers
    ]  # fmt: skip
