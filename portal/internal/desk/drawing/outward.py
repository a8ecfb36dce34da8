"""What the public may see of a draw at its stage, and the way out for it."""

import hashlib
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.around import Passage
from portal.airlock.publish import publish_drawing
from portal.airlock.signing import hold_ours
from portal.domain.draws import DrawMethod
from portal.domain.errors import LogBroken, Residue
from portal.domain.merkle import leaf_hash
from portal.domain.sortition import outcome
from portal.domain.sortition.faults import Fault
from portal.domain.sortition.hashing import canonical
from portal.domain.sortition.leaves import leaf
from portal.domain.sortition.lists import Reading
from portal.domain.sortition.model import SCHEME
from portal.internal.desk import given, secrets
from portal.internal.desk.drawing import naming, noted, silence, unsaid
from portal.internal.desk.drawing.keeping import Drawing, Tampered, load, sealed_before
from portal.internal.desk.forgetting import forgetting
from portal.internal.desk.stores import Stores
from portal.internal.tables.drawings import DrawingRow
from portal.kit import clock
from portal.kit.db import snapshot, write_lock
from portal.register import packages
from portal.register import records as r
from portal.register.evidence import PublicPresent, PublicReplacement, PublicSeed, PublicStratum
from portal.register.packages import Package
from portal.register.proofs import standing
from portal.register.queries import log
from portal.register.records import Kind, PublicDraw

_PUBLIC_STAGE = {"committed": "frozen", "drawn": "sealed", "revealed": "revealed", "void": "void"}


def sync(stores: Stores, draw_id: str, *, now: datetime) -> None:
    """Bring the register to where the draw stands; doing it again changes nothing.

    Raises:
        Tampered: the store no longer holds what was made public; nothing was published.
        Residue, LogBroken: nothing was published. NotForgotten, NotPurged: all was, what it took back is in some file.

    """
    with forgetting(stores), write_lock(stores.internal) as session:
        bring_out(stores, session, draw_id, now=now)


def sync_all(stores: Stores, *, now: datetime) -> list[str]:
    """Do it for every draw, as after an upgrade that shows more of them; return those that were refused."""
    with Session(stores.internal) as session:
        every = session.scalars(sa.select(DrawingRow.draw_id).order_by(DrawingRow.frozen_at)).all()
    refused = []
    for draw_id in every:
        try:
            with write_lock(stores.internal) as session:
                bring_out(stores, session, draw_id, now=now)
        except (Tampered, LogBroken, Residue, Fault):
            refused.append(draw_id)
    return refused


def bring_out(
    stores: Stores, session: Session, draw_id: str, *, now: datetime, anew: bool = False
) -> None:
    """Do what `sync` does, while the caller holds the office's store; `anew`: somebody lost their page."""
    drawing = load(session, draw_id)
    hold(stores, session, drawing)
    shown = public_record(stores, session, drawing)
    if drawing.progress.doctored:
        if anew:
            raise Tampered("办公端所存的抽取不可信，不能再生成名单")
        known = secrets.known(session)
        passage = Passage([silence.doctored(drawing, shown, known)] if shown else [], known=known)
        publish_drawing(stores.register, passage, package=None, now=now, keys=stores.log_key)
        return
    if drawing.row.stage == "frozen" or drawing.progress.committed_by is None:
        return
    today = clock.local_date(now)
    record = _record(session, drawing)
    if drawing.progress.revealed_on is None:
        package = _listed(stores, session, drawing, today, anew=anew)
    else:
        record, package = _revealed(stores, session, drawing, record, today)
    known, waiting = secrets.known(session, let_out=shown is not None), secrets.known(session)
    said = silence.quieted(drawing, record, shown, known, waiting)
    if said.package_sha256 and _tells(stores, session, drawing, today):
        said = msgspec.structs.replace(said, strata=())
    if msgspec.structs.replace(said, place=record.place) != record:
        said, package = silence.without_text(said, package)
    steps = [_record(session, each, stage) for stage, each in unsaid.before_void(drawing, shown)]
    before = (silence.quieted(drawing, each, shown, known, waiting) for each in steps)
    passage = Passage(records=[*before, said], known=known)
    publish_drawing(stores.register, passage, package=package, now=now, keys=stores.log_key)


def _tells(stores: Stores, session: Session, drawing: Drawing, today: date) -> bool:
    """Whether package and counts would say of a party what its page keeps back by now: its row is committed to."""
    with snapshot(stores.register) as register:
        return naming.tells_places(session, register, drawing, today)


def public_record(stores: Stores, session: Session, drawing: Drawing) -> PublicDraw | None:
    """Return the record of the draw as it is public now."""
    with snapshot(stores.register) as register:
        shown = standing.there(register, Kind.DRAW, public_id(session, drawing))
        return shown if isinstance(shown, PublicDraw) else None


def public_id(session: Session, drawing: Drawing) -> str:
    """Return the public id of the draw's record."""
    return given.ids(session).of(Kind.DRAW, drawing.key)


def public_since(stores: Stores, session: Session, drawing: Drawing) -> datetime | None:
    """Return when the commit became public, in a signed head; None before.

    Raises:
        LogBroken: the register says otherwise than what was signed.

    """
    spoken = f"draw.commit {canonical(drawing.commit).decode()}"
    with snapshot(stores.register) as register:
        hold_ours(register, stores.log_key)
        return log.said(register, public_id(session, drawing), spoken)


def hold(stores: Stores, session: Session, drawing: Drawing) -> None:
    """Hold what the store has against what was made public.

    Raises:
        Tampered: it is not what the last step in the ledger left, the commit is another, or the seeds give another
            result than the sealed one.

    """
    noted.require(session, drawing.row)
    shown = public_record(stores, session, drawing)
    if shown is None or drawing.progress.doctored:
        return
    if shown.commitment != canonical(drawing.commit).decode():
        raise Tampered("办公端所存的承诺与已公布的不同；不得继续，可作废本次抽取")
    if drawing.row.stage in ("drawn", "revealed"):
        found = outcome.compute(drawing.package())
        nonce = bytes.fromhex(drawing.progress.nonce or "")
        if shown.sealed and outcome.seal(nonce, found.result).hex() != shown.sealed:
            raise Tampered("办公端所存的内容与已公布的密封摘要不符；不得继续")


def _record(session: Session, drawing: Drawing, stage: str | None = None) -> PublicDraw:
    order, progress = drawing.order, drawing.progress
    ids = given.ids(session)
    is_revealed = progress.revealed_on is not None
    counts = Counter(each["stratum"] for each in drawing.frozen.objects)
    return r.PublicDraw(
        id=ids.of(Kind.DRAW, drawing.key),
        agency_id=ids.of(Kind.AGENCY, order.agency),
        name=order.title,
        round_no=order.round,
        drawn_on=progress.seeded_on or order.draw_on,
        method=DrawMethod.SOFTWARE.value,
        task_id=ids.task(order.agency, order.task) if order.task else None,
        place=order.place,
        frame_count=sum(counts.values()),
        inspector_count=len(drawing.frozen.inspectors) or None,
        supervised_by=next(each.unit for each in order.present if each.role == "现场监督人员"),
        embargo_until=order.reveal_on if order.embargo else None,
        scheme=SCHEME,
        stage=stage or _PUBLIC_STAGE[drawing.row.stage],
        draw_code=order.draw_id,
        plan=canonical(drawing.frozen.plan).decode(),
        commitment=canonical(drawing.commit).decode(),
        frozen_on=clock.local_date(drawing.row.frozen_at),
        seeded_on=progress.seeded_on,
        reveal_on=order.reveal_on,
        revealed_on=progress.revealed_on,
        sealed=progress.sealed,
        sealed_nonce=progress.nonce if is_revealed and progress.sealed else None,
        strata=_strata(drawing, is_sealed=bool(sealed_before(session, drawing.frozen.plan))),
        seeds=_seeds(drawing, is_open=is_revealed),
        present=tuple(PublicPresent(role=each.role, unit=each.unit) for each in order.present),
        replacements=_replacements(drawing, is_open=is_revealed),
        void_reason=progress.void_reason,
        void_by=progress.void_by,
        voided_on=progress.voided_on,
        replaced_by=progress.replaced_by,
    )


def _listed(
    stores: Stores, session: Session, drawing: Drawing, today: date, *, anew: bool
) -> Package | None:
    """Return the list that was committed to (section 11), None where it is public already, or may not be yet.

    A row of it says whether an earlier round drew the party, so it waits for the reveal of that round.
    """
    with snapshot(stores.register) as register:
        is_out = not anew and packages.is_listed(register, public_id(session, drawing))
        if is_out or sealed_before(session, drawing.frozen.plan):
            return None
        objects = naming.objects(session, register, drawing, today)
    return Package(b"", packages.members(objects, None), _leaves(objects))


def _leaves(objects: list[dict[str, Any]]) -> list[bytes]:
    """Return the leaves of the list in their order."""
    reading = Reading()
    return [leaf_hash(leaf(reading.subject(each))) for each in objects]


def _revealed(
    stores: Stores, session: Session, drawing: Drawing, public: PublicDraw, today: date
) -> tuple[PublicDraw, Package]:
    with snapshot(stores.register) as register:
        objects = naming.objects(session, register, drawing, today)
        earlier = naming.earlier(session, register, drawing, today)
    value = drawing.package() | {"objects": objects, "earlier": earlier}
    found = outcome.compute(value)
    value["claimed"] = {"result_hash": found.result_hash}
    package = canonical(value)
    strata: Any = found.result["strata"]
    teams: Any = found.result["teams"]
    members = [member for team in teams for member in team["members"]]
    sample = sum(len(each["drawn"]) for each in strata)
    fields = {name: getattr(public, name) for name in public.__struct_fields__}
    return r.PublicDraw(
        **fields
        | {
            "sample_count": sample,
            "ratio": _share(sample, len(objects)),
            "team_count": len(teams) or None,
            "result_hash": found.result_hash,
            "package_sha256": hashlib.sha256(package).hexdigest(),
            "package_bytes": len(package),
            "relaxed_count": sum(bool(each["relaxed"]) for each in members) if teams else None,
            "unfilled_count": sum(not each["handle"] for each in members) if teams else None,
        }
    ), Package(package, packages.members(objects, found), _leaves(objects))


def _share(sample: int, frame: int) -> Decimal:
    """Return the share drawn, to a thousandth, as the record of any other draw has it."""
    return (Decimal(sample) / frame).quantize(Decimal("0.001")).normalize()


def _strata(drawing: Drawing, *, is_sealed: bool) -> tuple[PublicStratum, ...]:
    """Return the counts: before the reveal those of the frame alone.

    `is_sealed`: an earlier round is, and who takes part in this one tells how many of a region and trade it drew.
    """
    objects = drawing.frozen.objects
    frame = Counter(each["stratum"] for each in objects)
    out = Counter(each["stratum"] for each in objects if each.get("excluded"))
    drawn: dict[str, Any] = {}
    if drawing.progress.revealed_on is not None:
        strata: Any = outcome.compute(drawing.package()).result["strata"]
        drawn = {each["key"]: each for each in strata}
    return tuple(
        PublicStratum(
            key=key,
            frame=frame[key],
            eligible=None if is_sealed else frame[key] - out[key],
            quota=drawn[key]["quota"] if drawn else None,
            drawn=len(drawn[key]["drawn"]) if drawn else None,
            shortage=drawn[key]["shortage"] if drawn else None,
        )
        for key in (each["key"] for each in drawing.frozen.plan["strata"])
    )


def _seeds(drawing: Drawing, *, is_open: bool) -> tuple[PublicSeed, ...]:
    said = {each.id: each for each in drawing.progress.seeds}
    return tuple(
        PublicSeed(
            source=each["id"],
            source_kind=each["kind"],
            ref=each["ref"],
            outcome_value=said[each["id"]].value if is_open else None,
            photos=" ".join(said[each["id"]].photos) or None if each["id"] in said else None,
        )
        for each in drawing.frozen.plan["sources"]
    )


def _replacements(drawing: Drawing, *, is_open: bool) -> tuple[PublicReplacement, ...]:
    return tuple(
        PublicReplacement(
            number=number, decided_on=each.on, digest=each.digest,
            salt=each.salt if is_open else None,
            replaced=each.event["type"] if is_open else None,
            reason=each.event["reason"] if is_open else None,
        )
        for number, each in enumerate(drawing.progress.swaps, 1)
    )  # fmt: skip
