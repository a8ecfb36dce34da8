"""The office road of a draw: each step, who may take it, and what an operator cannot do."""

import json
import zlib
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import FourEyesViolation, LogBroken, WrongState
from portal.domain.sortition import outcome, seeds
from portal.domain.sortition.faults import Fault
from portal.domain.sortition.hashing import canonical
from portal.internal.desk.drawing import freezing, keeping, orders, outward, steps
from portal.internal.desk.drawing.keeping import Tampered
from portal.internal.tables.drawings import DrawingRow
from portal.kit.db import write_lock
from portal.register import packages
from portal.register.proofs.audit import audit
from portal.register.records import PublicDraw
from portal.register.tables.log import LeafRow
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import DICE, ORDER, frozen, numbered, parties, sealed

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


@pytest.mark.parametrize("attack", ["drop", "quota", "seed", "commit"])
def test_editing_the_office_store_after_the_commit_is_refused(drum: Office, attack: str) -> None:
    name = sealed(drum)
    with write_lock(drum.stores.internal) as session:
        drawing = keeping.load(session, name)
        if attack == "drop":
            drawing.frozen.objects.pop()
        elif attack == "quota":
            drawing.frozen.plan["strata"][0]["quota"]["num"] = 21
        elif attack == "seed":
            drawing.progress.seeds[1].value = DICE[::-1]
            drawing.save()
        else:
            drawing.commit["committed_at"] = "2025-06-01T09:00:00+08:00"
            drawing.row.commitment = json.dumps(drawing.commit)
        drawing.row.frozen = drawing.frozen.packed()
    with pytest.raises((Tampered, Fault)):
        steps.reveal(drum.stores, name, by="he", second="an", now=LATER)


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
    assert [(each.replaced, each.reason) for each in shown.replacements] == [(None, None)]
    steps.reveal(drum.stores, name, by="he", second="an", now=LATER)
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
