"""The office road of a draw: each step, who may take it, and what an operator cannot do."""

import hashlib
import json
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.around import Passage
from portal.airlock.publish import publish_drawing, withdraw
from portal.domain.errors import FourEyesViolation, LogBroken, UnknownRecord, WrongState
from portal.domain.sortition import outcome, seeds
from portal.domain.sortition.faults import Fault
from portal.domain.sortition.hashing import canonical
from portal.domain.sortition.leaves import handle
from portal.domain.sortition.stated import replacement_digest
from portal.internal.desk import retract
from portal.internal.desk.drawing import freezing, keeping, orders, outward, steps
from portal.internal.desk.drawing.keeping import Drawing, Tampered
from portal.internal.desk.upload import Refused
from portal.internal.tables.drawings import DrawingRow
from portal.kit.db import write_lock
from portal.public.app import create_app
from portal.register import packages
from portal.register.proofs.audit import audit
from portal.register.records import Kind, PublicDraw
from portal.register.tables.draws import DrawLeafRow
from portal.register.tables.log import LeafRow
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import DICE, ORDER, frozen, numbered, parties, sealed
from tests.stage import urls

LATER = NOW + timedelta(days=40)


@pytest.fixture
def drum(office: Office) -> Office:
    """An office with ten companies and four inspectors."""
    parties(office)
    return office


def public(office: Office, name: str = "shili-1") -> PublicDraw | None:
    with Session(office.stores.internal) as session:
        return outward.public_record(office.stores, session, keeping.load(session, name))


def package(office: Office, draw_id: str) -> bytes:
    with Session(office.stores.register) as session:
        return b"".join(packages.pieces(session, draw_id))


def said(office: Office) -> list[str]:
    with Session(office.stores.register) as session:
        found = session.scalars(sa.select(LeafRow.spoken).order_by(LeafRow.serial))
        return [each.split(" ")[0] for each in found if each]


def sound(office: Office) -> list[str]:
    with Session(office.stores.register) as session:
        return audit(session).faults


def test_a_revealed_draw_recomputes_from_its_public_package(drum: Office) -> None:
    name = sealed(drum)
    steps.reveal(drum.stores, name, by="he", second="an", now=LATER)
    shown = public(drum)
    assert shown is not None
    found = outcome.recompute(package(drum, shown.id))
    assert found.result_hash == shown.result_hash
    nonce = bytes.fromhex(shown.sealed_nonce or "")
    assert outcome.seal(nonce, found.result).hex() == shown.sealed
    assert said(drum) == ["draw.commit", "draw.sealed", "draw.result"]
    assert sound(drum) == []


def replace_one(office: Office, name: str) -> None:
    with Session(office.stores.internal) as session:
        before = outcome.compute(keeping.load(session, name).package())
    out = json.loads(canonical(before.result))["strata"][0]["drawn"][0]
    event = {"type": "object", "stratum": "一般", "out": out, "reason": "closed"}
    steps.replace(office.stores, name, event, by="he", second="an", now=NOW)


_ANOTHER = "数据包不是所承诺、所密封的那一次抽取"


@pytest.mark.parametrize(
    ("way", "told"),
    [
        ("another result", _ANOTHER),
        ("another commit", _ANOTHER),
        ("another nonce", _ANOTHER),
        ("another replacement", "数据包所载的替换与决定当日公布的摘要不符"),
        ("no replacement", "数据包所载的替换与决定当日公布的摘要不符"),
    ],
)
def test_a_package_of_another_draw_than_was_committed_to_and_sealed_is_found(
    drum: Office, way: str, told: str
) -> None:
    """Whoever holds key and pen chooses a seed afterwards: what comes of it recomputes like any other."""
    name = sealed(drum)
    if "replacement" in way:
        replace_one(drum, name)
    shown = public(drum)
    assert shown is not None
    with Session(drum.stores.internal) as session:
        drawing = keeping.load(session, name)
        value, nonce = drawing.package(), drawing.progress.nonce
    if way == "another result":
        value["seed_values"][1]["value"] = DICE[::-1]
    elif way == "another commit":
        value["commit"] = value["commit"] | {"committed_at": "2025-06-01T09:00:00+08:00"}
    elif way == "another nonce":
        nonce = "ab" * 32
    elif way == "another replacement":
        value["replacements"][0]["reason"] = "moved"
    else:
        value["replacements"] = []
    found = outcome.compute(value)
    text = canonical(value)
    pairs = zip(shown.replacements, drawing.progress.swaps, strict=True)
    record = msgspec.structs.replace(
        shown, stage="revealed", revealed_on=LATER.date(), sealed_nonce=nonce,
        replacements=tuple(msgspec.structs.replace(one, salt=swap.salt) for one, swap in pairs),
        result_hash=found.result_hash, package_sha256=hashlib.sha256(text).hexdigest(),
        package_bytes=len(text),
    )  # fmt: skip
    with Session(drum.stores.register) as session:
        kept = session.scalars(sa.select(DrawLeafRow.hashes).where(DrawLeafRow.number == 0)).one()
    leaves = [kept[start : start + 32] for start in range(0, len(kept), 32)]
    made = packages.Package(text, packages.members(value["objects"], found), leaves)
    publish_drawing(
        drum.stores.register, Passage(records=[record]), package=made, now=LATER, keys=drum.stores.log_key,
    )  # fmt: skip

    assert sound(drum) == [f"抽取记录 {shown.id}：{told}"]


def test_a_supervisors_copy_verifies_against_the_sealed_hash(drum: Office) -> None:
    name = sealed(drum)
    with Session(drum.stores.internal) as session:
        drawing = keeping.load(session, name)
        found = outcome.recompute(canonical(drawing.package()))
        nonce = bytes.fromhex(drawing.progress.nonce or "")
    shown = public(drum)
    assert shown is not None
    assert outcome.seal(nonce, found.result).hex() == shown.sealed


def test_before_the_reveal_nothing_public_names_anybody(drum: Office, data: Path) -> None:
    name = sealed(drum)
    with Session(drum.stores.internal) as session:
        drawing = keeping.load(session, name)
        handles = [*drawing.frozen.openings, *drawing.frozen.roster]
        values = [each.value for each in drawing.progress.seeds]
    shown = public(drum)
    assert shown is not None
    text = msgspec.json.encode(shown).decode()
    assert [each for each in (*handles, *values) if each in text] == []
    assert (shown.sample_count, shown.result_hash, package(drum, shown.id)) == (None, None, b"")


def test_a_share_is_not_kept_by_the_office(drum: Office, data: Path) -> None:
    _, share = frozen(drum)
    with Session(drum.stores.internal) as session:
        row = session.get(DrawingRow, "shili-1")
        assert row is not None
        kept = zlib.decompress(row.frozen).decode() + row.terms + row.commitment + row.progress
    assert share not in kept


def test_a_second_commit_for_the_round_needs_a_void_first(drum: Office) -> None:
    frozen(drum)
    again = orders.read(ORDER.replace("shili-1", "shili-2"))
    with pytest.raises(WrongState):
        freezing.freeze(drum.stores, again, by="lin", now=NOW)
    steps.commit(drum.stores, "shili-1", by="he", now=NOW)
    steps.void(
        drum.stores, "shili-1", reason="list_error", unit="示例市司法局", replaced_by="shili-2",
        by="he", second="an", now=NOW,
    )  # fmt: skip
    freezing.freeze(drum.stores, again, by="lin", now=NOW)
    shown = public(drum)
    assert shown is not None
    assert (shown.stage, shown.void_reason, shown.replaced_by) == ("void", "list_error", "shili-2")
    assert said(drum) == ["draw.commit", "draw.void"]
    assert sound(drum) == []


def test_no_seed_before_the_commit_is_public(drum: Office) -> None:
    frozen(drum)
    with pytest.raises(WrongState):
        steps.seed(
            drum.stores, "shili-1", "dice", DICE, evidence=None, photos=(), by="lin", now=NOW
        )


def test_a_value_once_entered_stays(drum: Office) -> None:
    frozen(drum)
    steps.commit(drum.stores, "shili-1", by="he", now=NOW)
    words = {"evidence": None, "photos": (), "by": "lin", "now": NOW}
    steps.seed(drum.stores, "shili-1", "dice", DICE, **words)  # type: ignore[arg-type] # as written out
    with pytest.raises(WrongState):
        steps.seed(drum.stores, "shili-1", "dice", DICE[::-1], **words)  # type: ignore[arg-type] # as written out


def test_another_share_is_refused(drum: Office) -> None:
    frozen(drum)
    steps.commit(drum.stores, "shili-1", by="he", now=NOW)
    with pytest.raises(Fault):
        steps.seed(
            drum.stores, "shili-1", "jj", "ab" * 32, evidence=None, photos=(), by="lin", now=NOW
        )


def test_nobody_takes_two_steps_that_need_two_people(drum: Office) -> None:
    name = sealed(drum)
    with pytest.raises(FourEyesViolation):
        steps.reveal(drum.stores, name, by="he", second="he", now=LATER)


def test_the_reveal_waits_for_its_day(drum: Office) -> None:
    name = sealed(drum)
    with pytest.raises(WrongState):
        steps.reveal(drum.stores, name, by="he", second="an", now=NOW)


@pytest.mark.parametrize(
    "attack",
    [
        "drop",
        "add",
        "swap",
        "close",
        "inspector",
        "recusal",
        "stratum",
        "quota",
        "seed",
        "source",
        "commit",
        "nonce",
    ],
)
def test_editing_the_office_store_after_the_commit_is_refused(drum: Office, attack: str) -> None:
    name = sealed(drum)
    with write_lock(drum.stores.internal) as session:
        drawing = keeping.load(session, name)
        _ATTACKS[attack](drawing)
        drawing.row.commitment = canonical(drawing.commit).decode()
        drawing.row.frozen = drawing.frozen.packed()
        drawing.save()
    before = public(drum)
    with pytest.raises((Tampered, Fault, LogBroken)):
        steps.reveal(drum.stores, name, by="he", second="an", now=LATER)
    with pytest.raises((Tampered, Fault, LogBroken)):
        outward.sync(drum.stores, name, now=LATER)
    assert public(drum) == before
    assert (said(drum), sound(drum)) == (["draw.commit", "draw.sealed"], [])


def _add(drawing: Drawing) -> None:
    """Put a company into the list with a handle of its own."""
    salt, number = bytes(32), numbered(40)
    name = handle("object", "shili-1", salt, number).hex()
    more = {"handle": name, "salt": salt.hex(), "object_id": number}
    drawing.frozen.objects.append(drawing.frozen.objects[0] | more)
    drawing.frozen.openings[name] = {
        "salt": salt.hex(),
        "object_id": number,
        "key": f"uscc:{number}",
    }


def _swap(drawing: Drawing) -> None:
    """Have one company stand where another stood."""
    first, second = drawing.frozen.objects[:2]
    for name in ("salt", "object_id"):
        first[name], second[name] = second[name], first[name]


_ATTACKS: dict[str, Callable[[Drawing], object]] = {
    "drop": lambda d: d.frozen.objects.pop(),
    "add": _add,
    "swap": _swap,
    "close": lambda d: d.frozen.objects[0].update(excluded="other:closed"),
    "inspector": lambda d: d.frozen.inspectors.pop(),
    "recusal": lambda d: d.frozen.inspectors[0].update(recuse=[d.frozen.objects[0]["handle"]]),
    "stratum": lambda d: d.frozen.plan["strata"].append({"key": "重点", "quota": {"kind": "all"}, "base": "frame"}),
    "quota": lambda d: d.frozen.plan["strata"][0]["quota"].update(num=21),
    "seed": lambda d: setattr(d.progress.seeds[1], "value", DICE[::-1]),
    "source": lambda d: d.progress.seeds.pop(),
    "commit": lambda d: d.commit.update(committed_at="2025-06-01T09:00:00+08:00"),
    "nonce": lambda d: setattr(d.progress, "nonce", "00" * 32),
}  # fmt: skip


def test_the_order_of_the_list_is_nothing_to_gain_by(drum: Office) -> None:
    """Reordering changes nothing: the tickets decide."""
    name = sealed(drum)
    with Session(drum.stores.internal) as session:
        drawing = keeping.load(session, name)
    before = outcome.compute(drawing.package()).result
    drawing.frozen.objects.reverse()
    drawing.frozen.inspectors.reverse()
    assert outcome.compute(drawing.package()).result == before


@pytest.mark.parametrize("stage", ["committed", "sealed", "revealed", "void"])
def test_what_was_committed_to_can_be_withdrawn_by_nobody(drum: Office, stage: str) -> None:
    """Not even with the pen in hand: it may be void, gone never."""
    if stage == "committed":
        frozen(drum)
        steps.commit(drum.stores, "shili-1", by="he", now=NOW)
    else:
        sealed(drum)
    if stage == "revealed":
        steps.reveal(drum.stores, "shili-1", by="he", second="an", now=LATER)
    if stage == "void":
        _void(drum)
    shown = public(drum)
    assert shown is not None
    with pytest.raises(UnknownRecord):
        retract.retract(drum.stores, Kind.DRAW, shown.id, by="he", second="an", now=LATER)
    with pytest.raises(LogBroken, match="不得撤回"):
        withdraw(drum.stores.register, Kind.DRAW, [shown.id], now=LATER, keys=drum.stores.log_key)
    assert (public(drum), sound(drum)) == (shown, [])


def _void(office: Office, **changes: str) -> None:
    terms = {"reason": "source_failed", "unit": "示例市司法局", "replaced_by": "shili-2"} | changes
    steps.void(office.stores, "shili-1", **terms, by="he", second="an", now=NOW, asked=None)


def test_a_record_of_the_same_number_cannot_be_slipped_in_by_a_file(drum: Office) -> None:
    sealed(drum)
    row = {"code": "shili-1", "name": "另一次", "drawn_on": "2025-05-26", "method": "系统随机抽取"}
    with pytest.raises(Refused) as refused:
        drum.file(
            "draws", {**row, "entity_name": "示例市第1食品有限公司", "identifier": numbered(1)}
        )
    assert "不得另行导入" in repr(refused.value.report.errors)


def test_a_draw_voided_and_made_again_shows_both_for_ever(drum: Office, data: Path) -> None:
    """Who did not like the outcome and voided it is seen to have done so, as often as they do."""
    sealed(drum)
    _void(drum)
    with pytest.raises(WrongState):
        freezing.freeze(drum.stores, orders.read(ORDER), by="lin", now=NOW)
    _void(drum, reason="cancelled", replaced_by="shili-3")
    sealed(drum, ORDER.replace("shili-1", "shili-2"))
    steps.reveal(drum.stores, "shili-2", by="he", second="an", now=LATER)
    first, second = public(drum), public(drum, "shili-2")
    assert first is not None
    assert second is not None
    assert (first.stage, first.void_reason, first.replaced_by) == (
        "void",
        "source_failed",
        "shili-2",
    )
    assert (second.stage, second.draw_code) == ("revealed", "shili-2")
    words = ["draw.commit", "draw.sealed", "draw.void", "draw.commit", "draw.sealed", "draw.result"]
    assert (said(drum), sound(drum)) == (words, [])
    listed = create_app(urls(data)[0]).test_client()
    assert "本次抽取已作废" in listed.get(f"/draws/{first.id}").text
    assert all(each.id in listed.get("/draws/").text for each in (first, second))


def test_a_new_seal_over_another_outcome_cannot_be_published(drum: Office) -> None:
    """An operator who rewrites seed, nonce and sealed hash together meets the register."""
    name = sealed(drum)
    with write_lock(drum.stores.internal) as session:
        drawing = keeping.load(session, name)
        drawing.progress.seeds[1].value = DICE[::-1]
        found = outcome.compute(drawing.package())
        nonce = bytes.fromhex(drawing.progress.nonce or "")
        drawing.progress.sealed = outcome.seal(nonce, found.result).hex()
        drawing.save()
    with pytest.raises((Tampered, LogBroken)):
        outward.sync(drum.stores, name, now=NOW)


def test_a_replacement_follows_the_order_and_shows_only_its_digest(drum: Office) -> None:
    name = sealed(drum)
    with Session(drum.stores.internal) as session:
        drawing = keeping.load(session, name)
        before = outcome.compute(drawing.package())
    strata = json.loads(canonical(before.result))["strata"]
    event = {
        "type": "object", "stratum": "一般", "out": strata[0]["drawn"][0], "reason": "closed",
    }  # fmt: skip
    row = steps.replace(drum.stores, name, event, by="he", second="an", now=NOW)
    assert row["in"] in drawing.frozen.openings
    shown = public(drum)
    assert shown is not None
    [told] = shown.replacements
    assert (told.replaced, told.reason, told.salt) == (None, None, None)
    steps.reveal(drum.stores, name, by="he", second="an", now=LATER)
    revealed = public(drum)
    assert revealed is not None
    [opened] = revealed.replacements
    salt = bytes.fromhex(opened.salt or "")
    assert opened.digest == told.digest == replacement_digest(salt, name, 1, event).hex()
    assert (opened.replaced, opened.reason) == ("object", "closed")
    assert said(drum) == ["draw.commit", "draw.sealed", "draw.replacement", "draw.result"]
    assert outcome.recompute(package(drum, shown.id)).replacements == [row]


def test_a_share_made_by_its_holder_needs_no_office(drum: Office) -> None:
    share = bytes(range(32))
    digest = seeds.share_commitment("shili-1", "jj", share).hex()
    text = ORDER.replace('kind = "share"', f'kind = "share"\ncommitment = "{digest}"')
    _, made = freezing.freeze(drum.stores, orders.read(text), by="lin", now=NOW)
    assert made == {}


def test_who_may_not_be_shown_is_masked_or_in_no_package(office: Office) -> None:
    trader, unit = numbered(11, "92"), numbered(12)
    parties(
        office,
        {"entity_name": "示例市示某小吃店", "identifier": trader, "region": "990101"},
        {"entity_name": "示例部队", "identifier": unit, "region": "990101", "form": "部队单位"},
    )
    name = sealed(office)
    steps.reveal(office.stores, name, by="he", second="an", now=LATER)
    shown = public(office)
    assert shown is not None
    text = package(office, shown.id).decode()
    assert shown.frame_count == 11
    assert [each for each in (trader, unit) if each in text] == []
    assert numbered(1) in text
