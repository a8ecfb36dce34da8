"""What somebody puts out of sight for a while, or beside what is there, makes the office miss and undo nothing.

Each of these was put back afterwards, and neither `verify-log` nor a copy could tell of it.
"""

import gc
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.domain.errors import LogBroken
from portal.domain.grounds import Ground
from portal.domain.replies import LetterKind, ReplyState
from portal.domain.verdicts import Act
from portal.internal.desk import decide, letters, release, retract
from portal.internal.desk.drawing import outward, steps
from portal.internal.desk.orders import Order
from portal.register.proofs import standing
from portal.register.records import Kind
from tests.airlock.hands import faults
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import ORDER, frozen, numbered, parties, sealed
from tests.internal.test_letters import send
from tests.makers import AGENCY, CREDIT_CODE, ITEM_ROW, RESULT_ROW, Row
from tests.plans import recorded
from tests.public.twins import party

_HIDE = Order(
    place="detail", act=Act.WITHHOLD, ground=Ground.TRADE_SECRET, article="第九条",
    decided_by="示例市市场监督管理局", decided_on=date(2025, 6, 1), review_on=date(2026, 5, 29),
    reason="不得公开的理由",
)  # fmt: skip
_DETAIL = "鸊鷉配方用量"
_CHECK: Row = {**RESULT_ROW, "outcomes": "发现问题已责令改正", "detail": _DETAIL}
_BARE: Row = {name: value for name, value in _CHECK.items() if name != "detail"}
_REVEALED = NOW + timedelta(days=40)
#: One of ten that are in the drum.
_CODE = numbered(3)


def _do(office: Office, sql: str, **given: object) -> Sequence[Any]:
    with office.stores.register.begin() as connection:
        found = connection.execute(sa.text(sql), given)
        return found.all() if found.returns_rows else []


@contextmanager
def _aside(office: Office, table: str, where: str = "1 = 1") -> Iterator[None]:
    """Put rows of a table aside for a while."""
    _do(office, f"CREATE TABLE aside AS SELECT * FROM {table} WHERE {where}")
    _do(office, f"DELETE FROM {table} WHERE {where}")
    yield
    _do(office, f"DELETE FROM {table} WHERE {where}")
    _do(office, f"INSERT INTO {table} SELECT * FROM aside")
    _do(office, "DROP TABLE aside")


@contextmanager
def _otherwise_called(office: Office, table: str, word: str) -> Iterator[None]:
    """Give a record another number for a while, and its changes too: nothing says any more that it is public."""
    ((was,),) = _do(
        office, f"SELECT public_id FROM {table} WHERE body LIKE :word", word=f"%{word}%"
    )
    rename = "UPDATE {} SET public_id = :to WHERE public_id = :was"
    for each in (table, "change"):
        _do(office, rename.format(each), was=was, to="x")
    yield
    for each in (table, "change"):
        _do(office, rename.format(each), was="x", to=was)


def _told(office: Office, word: str) -> bool:
    """Whether any text that the register holds has a word."""
    tables = ("result", "entity", "document", "version")
    like = " UNION ALL ".join(f"SELECT 1 FROM {each} WHERE body LIKE :word" for each in tables)
    return bool(_do(office, like, word=f"%{word}%"))


def _decide(office: Office, kind: Kind, key: str, place: str = "detail") -> None:
    decide.decide(office.stores, kind, key, [replace(_HIDE, place=place)], by="wu", now=NOW)


def test_an_older_version_is_missed_when_its_words_are_hidden(office: Office) -> None:
    """It would stay public, and the lists that told of it can be put right by hand as well."""
    office.put("results", _CHECK)
    office.put("results", {**_CHECK, "unit": "二中队"}, let_pass=True)
    with _aside(office, "version"), pytest.raises(LogBroken, match="旧版本不在"):
        _decide(office, Kind.RESULT, f"{AGENCY}/JC-0001")

    decide.carry_out(office.stores, [1], now=NOW)
    assert not _told(office, _DETAIL)
    assert faults(office) == []


def test_an_older_version_is_missed_without_its_salt_too(office: Office) -> None:
    office.put("results", _CHECK)
    office.put("results", {**_CHECK, "unit": "二中队"}, let_pass=True)
    ((serial, salt),) = _do(office, "SELECT serial, salt FROM leaf JOIN version USING (serial)")
    with _aside(office, "version"):
        _do(office, "UPDATE leaf SET salt = NULL WHERE serial = :serial", serial=serial)
        with pytest.raises(LogBroken, match="已去除正文"):
            _decide(office, Kind.RESULT, f"{AGENCY}/JC-0001")
    _do(office, "UPDATE leaf SET salt = :salt WHERE serial = :serial", salt=salt, serial=serial)

    decide.carry_out(office.stores, [1], now=NOW)
    assert not _told(office, _DETAIL)
    assert faults(office) == []


def test_an_older_version_is_missed_though_the_record_says_nothing_there_any_more(
    office: Office,
) -> None:
    """Nothing but the older version tells then that there is something to take away."""
    office.put("results", _CHECK)
    office.put("results", _BARE, let_pass=True)
    with _aside(office, "version"), pytest.raises(LogBroken, match="旧版本不在"):
        _decide(office, Kind.RESULT, f"{AGENCY}/JC-0001")

    decide.carry_out(office.stores, [1], now=NOW)
    assert not _told(office, _DETAIL)
    assert faults(office) == []


def test_an_older_version_of_a_draw_is_missed_though_its_entry_says_elsewhere_what_it_supersedes(
    office: Office,
) -> None:
    """The line of the log would be the same with what an entry supersedes put behind what it says in clear."""
    parties(office)
    sealed(office, ORDER.replace("食品经营抽查第一轮", "示例市第3食品有限公司等单位抽查"))
    was = _do(
        office, "SELECT serial, supersedes, spoken FROM leaf WHERE spoken LIKE 'draw.sealed%'"
    )
    ((serial, before, said),) = was
    put = "UPDATE leaf SET supersedes = :before, spoken = :said WHERE serial = :serial"
    _do(office, put, serial=serial, before=None, said=f'{said},"of":{before - 1}')
    with _aside(office, "version"), pytest.raises(LogBroken, match="与日志不符"):
        decide.decide(
            office.stores, Kind.ENTITY, f"uscc:{_CODE}", [replace(_HIDE, place="")], by="wu", now=NOW,
            confirmed=True,
        )  # fmt: skip
    _do(office, put, serial=serial, before=before, said=said)

    decide.carry_out(office.stores, [1], now=NOW)
    assert not _do(office, "SELECT 1 FROM version WHERE body LIKE '%第3食品%'")
    assert faults(office) == []


@contextmanager
def _as_before(office: Office, *, unnamed: bool) -> Iterator[None]:
    """Put a check back for a while as its last older version had it; `unnamed`: what came after names another, too."""
    ((was, last),) = _do(office, "SELECT public_id, serial FROM result")
    ((serial, body),) = _do(office, "SELECT serial, body FROM version ORDER BY serial DESC LIMIT 1")
    ((now_body, now_version),) = _do(office, "SELECT body, version FROM result")
    back = "UPDATE result SET serial = :serial, version = :version, body = :body"
    rename = "UPDATE change SET public_id = :to WHERE serial = :serial"
    _do(office, back, serial=serial, version=now_version - 1, body=body)
    _do(office, rename, serial=last, to="x" if unnamed else was)
    with _aside(office, "version", f"serial = {serial}"):
        yield
    _do(office, back, serial=last, version=now_version, body=now_body)
    _do(office, rename, serial=last, to=was)


@pytest.mark.parametrize("unnamed", [False, True])
def test_what_was_hidden_before_and_shown_again_is_hidden_though_it_lies_there_as_it_was(
    office: Office, *, unnamed: bool
) -> None:
    """The text of then was published, to the letter, and nothing would be written."""
    key = f"{AGENCY}/JC-0001"
    office.put("results", {**_CHECK, "detail": "无证"})
    _decide(office, Kind.RESULT, key)
    opened = replace(_HIDE, act=Act.OPEN)
    decide.decide(office.stores, Kind.RESULT, key, [opened], by="wu", second="bao", now=NOW)
    assert _told(office, "无证")
    with _as_before(office, unnamed=unnamed), pytest.raises(LogBroken, match="verify-log"):
        _decide(office, Kind.RESULT, key)

    decide.carry_out(office.stores, [3], now=NOW)
    assert not _told(office, "无证")
    assert faults(office) == []


def test_what_reads_for_a_while_as_it_did_before_is_amended_all_the_same(office: Office) -> None:
    office.put("results", _CHECK)
    office.put("results", {**_CHECK, "detail": "误写"}, let_pass=True)
    batch_id = office.file("results", _CHECK).batch_id
    ((check_id,),) = _do(office, "SELECT public_id FROM result")
    with _as_before(office, unnamed=False):
        with pytest.raises(LogBroken, match="最后一次变更"):
            office.publish(batch_id, let_pass=True)
        with Session(office.stores.register) as public, pytest.raises(LogBroken):
            standing.there(public, Kind.RESULT, check_id)

    release.release(office.stores, batch_id or 0, by="he", now=NOW)
    assert not any("误写" in each for (each,) in _do(office, "SELECT body FROM result"))
    assert faults(office) == []


def test_a_record_whose_changes_are_called_otherwise_is_missed_when_it_is_withdrawn(
    office: Office,
) -> None:
    """Its order would be noted as done."""
    office.put("results", _CHECK)
    ((gone,),) = _do(office, "SELECT public_id FROM result")
    with _otherwise_called(office, "result", _DETAIL), pytest.raises(LogBroken, match="抽查结果"):
        retract.retract(office.stores, Kind.RESULT, gone, by="he", second="an", now=NOW)

    assert retract.carry_on(office.stores, now=NOW)
    assert not _told(office, _DETAIL)


def test_a_party_that_a_check_brought_is_missed_when_its_name_is_hidden(office: Office) -> None:
    office.put("results", _CHECK)
    with _otherwise_called(office, "entity", CREDIT_CODE), pytest.raises(LogBroken):
        _decide(office, Kind.ENTITY, f"uscc:{CREDIT_CODE}", "name")
    decide.carry_out(office.stores, [1], now=NOW)
    assert not _told(office, str(RESULT_ROW["entity_name"]))


def _named_by_the_agency(office: Office, name: str) -> str:
    """Publish a check, and duties of the agency that name its party; return the text of the agency."""
    office.put("results", {**_CHECK, "code": "JC-0002"})
    duties = {"level": "市级", "region": "990100", "duties": f"监管{name}"}
    row = {"code": AGENCY, "name": "示例市市场监督管理局", **duties}
    office.put("agencies", row, let_pass=True)
    ((body,),) = _do(office, "SELECT body FROM agency")
    return str(body)


def test_a_text_that_reads_otherwise_for_a_while_is_missed_when_what_it_names_is_hidden(
    office: Office,
) -> None:
    """The office looks for the name in every text; put back, this one would go on telling it."""
    name = str(RESULT_ROW["entity_name"])
    body = _named_by_the_agency(office, name)
    _do(office, "UPDATE agency SET body = :body", body=body.replace(name, "某公司"))
    with pytest.raises(LogBroken):
        _decide(office, Kind.ENTITY, f"uscc:{CREDIT_CODE}", "name")
    _do(office, "UPDATE agency SET body = :body", body=body)
    decide.carry_out(office.stores, [1], now=NOW)
    assert name not in str(_do(office, "SELECT body FROM agency"))


def test_a_party_put_out_of_sight_while_the_drum_is_filled_is_missed(office: Office) -> None:
    """It would never be drawn, and the commit over the others would be signed."""
    parties(office)
    with _otherwise_called(office, "entity", _CODE), pytest.raises(LogBroken, match="检查对象"):
        frozen(office)

    drawing, _ = frozen(office)
    assert _CODE in str(drawing.frozen.objects)


def test_a_party_put_out_of_sight_at_the_reveal_is_not_closed(office: Office) -> None:
    parties(office)
    name = sealed(office)
    with _otherwise_called(office, "entity", _CODE), pytest.raises(LogBroken, match="检查对象"):
        steps.reveal(office.stores, name, by="he", second="an", now=_REVEALED)

    outward.sync(office.stores, name, now=_REVEALED)
    assert _do(office, "SELECT 1 FROM draw_member WHERE object_id = :code", code=_CODE)
    assert faults(office) == []


def test_a_party_put_out_of_sight_in_a_package_is_closed_there_when_it_goes(office: Office) -> None:
    """The list by which the office finds the draws that name somebody is not the only one it knows."""
    parties(office)
    steps.reveal(office.stores, sealed(office), by="he", second="an", now=_REVEALED)
    query = "SELECT public_id FROM entity WHERE body LIKE :code"
    ((gone,),) = _do(office, query, code=f"%{_CODE}%")
    with _aside(office, "draw_member", f"object_id = '{_CODE}'"):
        retract.retract(office.stores, Kind.ENTITY, gone, by="he", second="an", now=_REVEALED)

    assert not [each for (each,) in _do(office, "SELECT piece FROM draw_package") if _CODE.encode() in bytes(each)]  # fmt: skip
    _do(office, "DELETE FROM draw_member WHERE object_id = :code", code=_CODE)
    assert faults(office) == []


@pytest.mark.parametrize("is_revealed", [False, True])
def test_a_name_put_beside_those_of_a_draw_takes_nothing_of_its_history(
    office: Office, *, is_revealed: bool
) -> None:
    """The office would see the list name fewer when it is made again, and take away all that was said before."""
    parties(office)
    name = sealed(office)
    if is_revealed:
        steps.reveal(office.stores, name, by="he", second="an", now=_REVEALED)
    before = _do(office, "SELECT serial, body FROM version")
    assert before
    _do(
        office, "INSERT INTO draw_member (draw_id, object_id, stratum, state, place, entry) "
        "SELECT public_id, 'X', '一般', 'listed', 99, '{}' FROM draw"
    )  # fmt: skip
    with pytest.raises(LogBroken, match="名单"):
        _make_again(office, name, is_revealed=is_revealed)

    assert _do(office, "SELECT serial, body FROM version") == before
    _do(office, "DELETE FROM draw_member WHERE object_id = 'X'")
    _make_again(office, name, is_revealed=is_revealed)
    assert _do(office, "SELECT serial, body FROM version") == before
    assert faults(office) == []


def _make_again(office: Office, name: str, *, is_revealed: bool) -> None:
    with Session(office.stores.internal) as session:
        outward.bring_out(office.stores, session, name, now=_REVEALED, anew=not is_revealed)


@pytest.mark.parametrize("kind", [LetterKind.OBJECTION, LetterKind.REPLY])
@pytest.mark.parametrize("outcome", [ReplyState.REFUSED, ReplyState.ACCEPTED])
def test_the_answer_to_a_letter_does_not_go_with_a_check_put_out_of_sight(
    office: Office, client: FlaskClient, outcome: ReplyState, kind: LetterKind
) -> None:
    """A decision on any item has the answers about an agency's checks told again."""
    office.put("items", {**ITEM_ROW, "code": "SP-002", "name": "计量检查"})
    office.put("results", _CHECK)
    ((about,),) = _do(office, "SELECT public_id FROM result")
    reference = send(client, about, kind)
    letters.collect(office.stores, now=NOW)
    stated = outcome is ReplyState.ACCEPTED and kind is LetterKind.REPLY
    letters.propose(
        office.stores, reference, outcome=outcome, decision="经查属实",
        statement="本店已改正。" if stated else "", let_pass=True, by="wu", now=NOW,
    )  # fmt: skip
    letters.release(office.stores, reference, by="he", now=NOW)
    said = _do(office, "SELECT body FROM reply")
    assert "经查属实" in str(said)

    with _otherwise_called(office, "result", _DETAIL), pytest.raises(LogBroken):
        _decide(office, Kind.ITEM, f"{AGENCY}/SP-002", "content")
    assert _do(office, "SELECT body FROM reply") == said
    assert faults(office) == []


_NEVER = {
    "disclosure": "不予确认", "ground": "危及公共安全", "decided_by": "示例市市场监督管理局", "decided_on": "2025-03-01",
    "review_on": "2026-02-28",
}  # fmt: skip


def test_a_check_that_was_public_is_missed_when_it_is_filed_as_never_acknowledged(
    office: Office,
) -> None:
    office.put("results", _CHECK)
    batch = office.file("results", {**_CHECK, **_NEVER}).batch_id
    with _otherwise_called(office, "result", _DETAIL), pytest.raises(LogBroken, match="与上次签署"):
        office.publish(batch, let_pass=True)

    release.release(office.stores, batch or 0, by="he", now=NOW)
    assert not _told(office, _DETAIL)
    assert faults(office) == []


def test_a_check_that_was_never_public_is_not_looked_for_among_all_others(office: Office) -> None:
    """It would take longer with every check there is."""
    office.put("results", _CHECK)
    hidden = {**RESULT_ROW, "code": "JC-0002", **_NEVER}
    with recorded(office.stores.register) as asked:
        office.put("results", hidden)

    whole = [each for each, _ in asked if each.rstrip().endswith("FROM result")]
    assert whole == []


def _spelt(body: str) -> str:
    """Return a body that says the same in another spelling."""
    return json.dumps(json.loads(body))


def _turned(body: str) -> str:
    """Return a body that says the same in another order."""
    turned = dict(reversed(json.loads(body).items()))
    return json.dumps(turned, ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize("otherwise", [_spelt, _turned])
def test_a_text_in_another_spelling_is_found_and_not_taken_for_another(
    office: Office, otherwise: Callable[[str], str]
) -> None:
    """A step would amend the check that it leaves as it was, and readers be told of a correction."""
    office.put("results", _CHECK)
    ((body,),) = _do(office, "SELECT body FROM result")
    _do(office, "UPDATE result SET body = :body", body=otherwise(body))
    assert any("改动过" in each for each in faults(office))
    with pytest.raises(LogBroken):
        office.put("results", {**_CHECK, "detail": "另一说法"})


def test_a_name_in_another_spelling_for_a_while_is_missed_when_it_is_hidden(office: Office) -> None:
    """What is read alike is not found by its words."""
    name = str(RESULT_ROW["entity_name"])
    body = _named_by_the_agency(office, name)
    _do(office, "UPDATE agency SET body = :body", body=_spelt(body))
    with pytest.raises(LogBroken):
        _decide(office, Kind.ENTITY, f"uscc:{CREDIT_CODE}", "name")
    _do(office, "UPDATE agency SET body = :body", body=body)
    decide.carry_out(office.stores, [1], now=NOW)
    assert name not in str(_do(office, "SELECT body FROM agency"))


def test_a_text_that_reads_for_a_while_as_it_is_to_read_is_amended_all_the_same(
    office: Office,
) -> None:
    """Nothing would be written where nothing seems to change, and the old text be back when it is put back."""
    office.put("results", _CHECK)
    ((body,),) = _do(office, "SELECT body FROM result")
    _do(office, "UPDATE result SET body = :body", body=body.replace(_DETAIL, "改正后的说法"))
    batch_id = office.file("results", {**_CHECK, "detail": "改正后的说法"}).batch_id
    with pytest.raises(LogBroken, match="与日志不符"):
        office.publish(batch_id)
    _do(office, "UPDATE result SET body = :body", body=body)

    release.release(office.stores, batch_id or 0, by="he", now=NOW)
    assert not any(_DETAIL in each for (each,) in _do(office, "SELECT body FROM result"))
    assert faults(office) == []


def test_a_word_that_is_out_of_sight_already_for_a_while_is_hidden_all_the_same(
    office: Office,
) -> None:
    """Of a word too short to be looked for in other texts, none of them is read."""
    office.put("results", {**_CHECK, "detail": "无证"})
    query = "SELECT body FROM result"
    ((body,),) = _do(office, query)
    _decide(office, Kind.RESULT, f"{AGENCY}/JC-0001")
    ((hidden,),) = _do(office, query)
    assert hidden != body

    office.put("results", {**_CHECK, "code": "JC-0002", "detail": "无证"})
    where = "WHERE public_id = :id"
    (each,) = [each for (each,) in _do(office, query) if "无证" in each]
    mine, its = (json.loads(one)["id"] for one in (each, hidden))
    _do(office, f"UPDATE result SET body = :body {where}", body=hidden.replace(its, mine), id=mine)
    with pytest.raises(LogBroken, match="与上次签署的不符"):
        _decide(office, Kind.RESULT, f"{AGENCY}/JC-0002")
    _do(office, f"UPDATE result SET body = :body {where}", body=each, id=mine)

    decide.carry_out(office.stores, [2], now=NOW)
    assert not _told(office, "无证")
    assert faults(office) == []


@pytest.mark.postgres
def test_a_text_that_reads_otherwise_from_one_question_to_the_next_is_missed(
    office: Office,
) -> None:
    """PostgreSQL shows each question of a transaction what was committed by then; what was held is looked through."""
    name = str(RESULT_ROW["entity_name"])
    body = _named_by_the_agency(office, name)
    other = sa.create_engine(office.stores.register.url)
    changed: list[str] = []

    def change(*event: Any) -> None:
        if "FROM agency" in event[2] and "LIKE" in event[2] and not changed:
            changed.append(event[2])
            with other.begin() as connection:
                put = sa.text("UPDATE agency SET body = :body")
                connection.execute(put, {"body": body.replace(name, "某公司")})

    sa.event.listen(office.stores.register, "before_cursor_execute", change)
    with pytest.raises((LogBroken, sa.exc.OperationalError)):
        _decide(office, Kind.ENTITY, f"uscc:{CREDIT_CODE}", "name")
    sa.event.remove(office.stores.register, "before_cursor_execute", change)
    gc.collect()  # what was broken off still holds a connection
    other.dispose()
    assert changed
    _do(office, "UPDATE agency SET body = :body", body=body)
    decide.carry_out(office.stores, [1], now=NOW)
    assert name not in str(_do(office, "SELECT body FROM agency"))


@pytest.mark.postgres
def test_an_entry_put_aside_from_one_question_to_the_next_goes_with_its_list(
    office: Office,
) -> None:
    """The pen itself asks after it has held the list."""
    office.put("entities", *(party(number) | {"region": "990101"} for number in range(1, 4)))
    head = {
        "code": "C0", "name": "轮", "drawn_on": "2025-04-07", "method": "系统随机抽取", "frame_count": 9,
        "sample_count": 2, "operator": "某甲", "witness_names": "某乙",
    }  # fmt: skip
    office.put("draws", *(head | party(number) for number in (1, 2)), let_pass=True)
    ((gone, draw_id),) = _do(
        office, "SELECT entity_id, draw_id FROM draw_entry JOIN entity e ON e.public_id = entity_id "
        "WHERE e.body LIKE :code", code=f"%{party(2)['identifier']}%",
    )  # fmt: skip
    batch = office.file("draws", *(head | party(number) for number in (1, 3))).batch_id
    other = sa.create_engine(office.stores.register.url)
    asked: list[str] = []

    def aside(*event: Any) -> None:
        if "FROM draw_entry" in event[2] and "draw_entry.draw_id IN" in event[2] and not asked:
            asked.append(event[2])
            with other.begin() as connection:
                put = sa.text("UPDATE draw_entry SET draw_id = 'x' WHERE entity_id = :gone")
                connection.execute(put, {"gone": gone})

    sa.event.listen(office.stores.register, "before_cursor_execute", aside)
    with pytest.raises((LogBroken, sa.exc.OperationalError)):
        office.publish(batch, let_pass=True)
    sa.event.remove(office.stores.register, "before_cursor_execute", aside)
    gc.collect()  # what was broken off still holds a connection
    other.dispose()
    assert asked
    _do(office, "UPDATE draw_entry SET draw_id = :was WHERE draw_id = 'x'", was=draw_id)

    release.release(office.stores, batch or 0, by="he", now=NOW)
    assert not _do(office, "SELECT 1 FROM draw_entry WHERE entity_id = :gone", gone=gone)
    assert faults(office) == []
