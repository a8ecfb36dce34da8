"""The steps of a draw after the freeze; each is one transaction, and a broken one is resumed by `sync`."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.airlock.detectors.scan import scan
from portal.domain.errors import FourEyesViolation, NotYetPublic, WrongState
from portal.domain.sortition import outcome, seeds, timing
from portal.domain.sortition.faults import Code, Fault, demand
from portal.domain.sortition.fields import DRAW_ID
from portal.domain.sortition.model import SeedValue, Source, SourceKind
from portal.domain.sortition.stated import replacement_digest
from portal.domain.workflow import Role
from portal.internal.desk import people
from portal.internal.desk import secrets as known_secrets
from portal.internal.desk.drawing import keeping, noted, outward, stepping
from portal.internal.desk.drawing.keeping import Asked, Drawing, Seed, Swap
from portal.internal.desk.forgetting import forgetting
from portal.internal.desk.stores import Stores
from portal.kit import clock
from portal.kit.db import write_lock

#: Why a draw is void. A closed list: the words stand in the log for ever.
VOID_REASONS = {
    "share_not_revealed": "密封数未按期拆封",
    "source_failed": "种子来源未产生",
    "objection_upheld": "对名单的异议成立",
    "list_error": "名单有误",
    "cancelled": "任务取消",
}


def commit(stores: Stores, draw_id: str, *, by: str, now: datetime) -> None:
    """Make the commit public, by somebody other than who froze the lists."""
    with write_lock(stores.internal) as session:
        drawing = _taken(stores, session, draw_id, by, Role.PUBLISHER)
        drawing.require("frozen", "committed")
        _other(drawing.row.frozen_by, by)
        if drawing.row.stage == "frozen":
            drawing.progress.committed_by = by
            drawing.save("committed")
            noted.note(session, drawing.row, "draw-commit", by, now=now)
    outward.sync(stores, draw_id, now=now)


def seed(
    stores: Stores,
    draw_id: str,
    source_id: str,
    value: str,
    *,
    evidence: str | None,
    photos: tuple[str, ...],
    by: str,
    now: datetime,
) -> list[str]:
    """Enter what a source said; return the ids of those still to come. A value once entered stays.

    Raises:
        WrongState: the commit is not public yet, or the source has spoken.
        TooEarly: its event is not past, or came before the commit was public.
        Fault: E_SEED_VALUE or E_SHARE.

    """
    with stepping.settled(stores, draw_id, now=now) as session:
        drawing = _taken(stores, session, draw_id, by, Role.CLERK)
        drawing.require("committed")
        since = outward.public_since(stores, session, drawing)
        if since is None:
            raise WrongState("承诺尚未公布，不得取种")
        _check_value(drawing, source_id, value, evidence, since=since, now=now)
        drawing.progress.seeds.append(
            Seed(id=source_id, value=value, evidence=evidence, by=by, at=now, photos=photos)
        )
        drawing.save()
        noted.note(session, drawing.row, "draw-seed", by, now=now, detail=f"来源 {source_id}")
        return drawing.waiting()


def draw(stores: Stores, draw_id: str, *, by: str, now: datetime) -> None:
    """Compute the outcome and publish its sealed hash; without embargo the result itself.

    Raises:
        NotYetPublic: it would give away an earlier round that is still sealed.

    """
    with stepping.settled(stores, draw_id, now=now) as session:
        drawing = _taken(stores, session, draw_id, by, Role.PUBLISHER)
        drawing.require("committed", "drawn", "revealed")
        if drawing.row.stage == "committed":
            if drawing.waiting():
                raise WrongState(f"种子来源尚未齐全：{'、'.join(drawing.waiting())}")
            for each in drawing.progress.seeds:
                _other(each.by, by)
            if not drawing.order.embargo:
                _require_revealed(session, drawing)
            _compute(drawing, by, now)
            noted.note(session, drawing.row, "draw-outcome", by, now=now)
    outward.sync(stores, draw_id, now=now)


def replace(
    stores: Stores, draw_id: str, event: dict[str, Any], *, by: str, second: str, now: datetime,
    asked: Asked | None = None,
) -> dict[str, object]:  # fmt: skip
    """Note a replacement that two people decided, and publish its digest; return who comes in.

    Raises:
        Fault: E_REPLACE or E_SCHEMA, there is nothing of the kind to replace.

    """
    with stepping.settled(stores, draw_id, now=now) as session:
        drawing = _pair(session, draw_id, by, second, asked)
        noted.require(session, drawing.row)
        drawing.require("drawn", "revealed")
        salt = secrets.token_bytes(32)
        number = len(drawing.progress.swaps) + 1
        digest = replacement_digest(salt, draw_id, number, event).hex()
        drawing.progress.swaps.append(
            Swap(event=event, salt=salt.hex(), digest=digest, on=clock.local_date(now), by=by, second=second)
        )  # fmt: skip
        found = outcome.compute(drawing.package())
        drawing.save()
        told = f"第 {number} 次，第二人 {second}"
        noted.note(session, drawing.row, "draw-replace", by, now=now, detail=told)
    outward.sync(stores, draw_id, now=now)
    return found.replacements[-1]


def reveal(
    stores: Stores, draw_id: str, *, by: str, second: str, now: datetime, asked: Asked | None = None
) -> None:
    """Publish nonce, seeds, package and result, by order of two people, from the announced day on.

    Raises:
        WrongState: the day has not come.
        NotYetPublic: it would give away an earlier round that is still sealed.

    """
    with stepping.settled(stores, draw_id, now=now) as session:
        drawing = _pair(session, draw_id, by, second, asked)
        noted.require(session, drawing.row)
        drawing.require("drawn", "revealed")
        today = clock.local_date(now)
        if today < drawing.order.reveal_on:
            raise WrongState(f"揭示日期为 {drawing.order.reveal_on}，尚未到期")
        _require_revealed(session, drawing)
        if drawing.row.stage == "drawn":
            drawing.progress.revealed_on, drawing.progress.revealed_by = today, by
            drawing.save("revealed")
            noted.note(session, drawing.row, "draw-reveal", by, now=now, detail=f"第二人 {second}")
    outward.sync(stores, draw_id, now=now)


def _require_revealed(session: Session, drawing: Drawing) -> None:
    for earlier in keeping.sealed_before(session, drawing.frozen.plan):
        raise NotYetPublic(f"须先揭示 {earlier}：本次数据包会载明其抽中的对象")


def void(
    stores: Stores,
    draw_id: str,
    *,
    reason: str,
    unit: str,
    replaced_by: str | None,
    by: str,
    second: str,
    now: datetime,
    asked: Asked | None = None,
) -> None:
    """Void a draw that is not revealed, by order of two people; that stays visible for ever.

    `unit` is who approved it, as the public reads it. Where its row is not what the last step left, this is the one step
    that is left: the public goes on reading what it read.

    Raises:
        WrongState: there is no such reason, or the words may not be public.
        Tampered: its row is not what the last step left, and nothing of it is public, or its result is.

    """
    check_reason(reason)
    with forgetting(stores):
        with write_lock(stores.internal) as session:
            drawing = _pair(session, draw_id, by, second, asked)
            _check_words(session, unit, replaced_by)
            is_noted = noted.is_noted(session, drawing.row)
            if is_noted:
                stepping.settle(stores, session, draw_id, now=now)
            else:
                _require_unended(stores, session, drawing)
                drawing.progress.doctored = True
            drawing.require("frozen", "committed", "drawn", "void")
            if drawing.row.stage != "void" or not is_noted:
                drawing.progress.void_reason, drawing.progress.void_by = reason, unit
                drawing.progress.voided_on = clock.local_date(now)
                drawing.progress.replaced_by = replaced_by
                drawing.row.live_slot = None
                drawing.save("void")
                why = f"{VOID_REASONS[reason]}，第二人 {second}"
                why += "" if is_noted else "，作废前与台账不符"
                noted.note(session, drawing.row, "draw-void", by, now=now, detail=why)
        outward.sync(stores, draw_id, now=now)


def _require_unended(stores: Stores, session: Session, drawing: Drawing) -> None:
    shown = outward.public_record(stores, session, drawing)
    if shown is None and not noted.was_committed(session, drawing.row.draw_id):
        return
    if shown is None or shown.stage not in ("frozen", "sealed"):
        noted.require(session, drawing.row)


def check_reason(reason: str) -> None:
    """Raise WrongState unless a draw may be void for this."""
    if reason not in VOID_REASONS:
        raise WrongState(f"作废原因应为：{'、'.join(VOID_REASONS)}")


def _check_words(session: Session, unit: str, replaced_by: str | None) -> None:
    """Raise WrongState unless these may be public: they are to stay for good."""
    if replaced_by is not None and not DRAW_ID.fullmatch(replaced_by):
        raise WrongState("另行抽取的编号应由小写字母、数字和 . _ - 组成")
    known = known_secrets.known(session)
    for text in (unit, replaced_by or ""):
        if scan(text) or (known is not None and known.scan(text)):
            raise WrongState("批准单位或者另行抽取的编号含有不得公开的内容，请改写后重试")


def _compute(drawing: Drawing, by: str, now: datetime) -> None:
    found = outcome.compute(drawing.package())
    progress = drawing.progress
    progress.drawn_by, progress.seeded_on = by, clock.local_date(now)
    progress.result_hash = found.result_hash
    nonce = secrets.token_bytes(32)
    if drawing.order.embargo:
        progress.nonce, progress.sealed = nonce.hex(), outcome.seal(nonce, found.result).hex()
        drawing.save("drawn")
        return
    progress.revealed_on, progress.revealed_by = progress.seeded_on, by
    drawing.save("revealed")


def _check_value(
    drawing: Drawing,
    source_id: str,
    value: str,
    evidence: str | None,
    *,
    since: datetime,
    now: datetime,
) -> None:
    stated = {each["id"]: each for each in drawing.frozen.plan["sources"]}.get(source_id)
    if stated is None or source_id not in drawing.waiting():
        raise WrongState(f"来源 {source_id} 不在方案中，或者已经取得")
    source = Source(stated["id"], SourceKind(stated["kind"]), stated["ref"])
    timing.check_seed(source.kind, source.ref, since, now)
    if not seeds.is_canonical(source, SeedValue(source_id, value, evidence)):
        raise Fault(Code.SEED_VALUE)
    if source.kind is SourceKind.SHARE:
        kept = {each["id"]: each["commitment"] for each in drawing.commit["shares"]}
        share = bytes.fromhex(value)
        found = seeds.share_commitment(drawing.row.draw_id, source_id, share).hex()
        demand(found == kept[source_id], Code.SHARE)


def _taken(stores: Stores, session: Session, draw_id: str, by: str, role: Role) -> Drawing:
    """Return the draw if `by` may act on it and the store still holds what is public.

    Raises:
        NotAllowed, UnknownRecord, Tampered: nothing was done.

    """
    drawing = keeping.load(session, draw_id)
    people.require(session, by, role, drawing.row.agency)
    outward.hold(stores, session, drawing)
    return drawing


def _pair(session: Session, draw_id: str, by: str, second: str, asked: Asked | None) -> Drawing:
    """Return the draw if both may decide on it, and what was asked for, if anything, still is."""
    _other(by, second)
    drawing = keeping.load(session, draw_id)
    drawing.require_asked(asked)
    for name in (by, second):
        people.require(session, name, Role.PUBLISHER, drawing.row.agency)
    return drawing


def _other(first: str, second: str) -> None:
    if first == second:
        raise FourEyesViolation("此事须由另一人办理")
