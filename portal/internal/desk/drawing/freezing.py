"""Freezes a draw: lists as they stand on file, fresh salts, shares for their holders (冻结)."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.parties import EntityKind
from portal.domain.sortition import freezing, outcome, seeds, standing, timing
from portal.domain.sortition.model import SCHEME, SourceKind
from portal.domain.workflow import Role
from portal.internal.desk import people
from portal.internal.desk import secrets as known_secrets
from portal.internal.desk.drawing import keeping, noted, presets
from portal.internal.desk.drawing.keeping import Drawing, Frozen
from portal.internal.desk.drawing.orders import BadOrder, Order, check, quota
from portal.internal.desk.drawing.pool import HIDDEN, population
from portal.internal.desk.drawing.roster import roster
from portal.internal.desk.stores import Stores, hold_log
from portal.kit import clock
from portal.kit.db import snapshot, write_lock

_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


def freeze(
    stores: Stores, order: Order, *, by: str, now: datetime
) -> tuple[Drawing, dict[str, str]]:
    """Freeze the lists; return the draw and the shares made here, which the office does not keep.

    Raises:
        BadOrder, TooEarly, WrongState, NotAllowed, Fault, LogBroken: nothing was frozen.

    """
    hold_log(stores)
    with write_lock(stores.internal) as session, snapshot(stores.register) as register:
        people.require(session, by, Role.CLERK, order.agency)
        order, frozen, commit, shares = _prepared(session, register, order, now)
        made = keeping.add(session, order, frozen, commit, by=by, now=now)
        many = f"对象 {len(frozen.objects)}，人员 {len(frozen.inspectors)}"
        noted.note(session, made.row, "draw-freeze", by, now=now, detail=many)
        session.expunge(made.row)
    return made, shares


def preview(stores: Stores, order: Order, *, now: datetime) -> Frozen:
    """Return the lists as they would be frozen now; salts are made anew each time, and nothing is kept.

    Raises:
        BadOrder, TooEarly, Fault: they could not be frozen.

    """
    with Session(stores.internal) as session, snapshot(stores.register) as register:
        return _prepared(session, register, order, now)[1]


def _prepared(
    session: Session, register: Session, order: Order, now: datetime
) -> tuple[Order, Frozen, dict[str, Any], dict[str, str]]:
    order = check(presets.apply(order))
    frozen = _frozen(session, register, order, now)
    commitments, shares = _shares(order)
    commit = freezing.freeze(
        frozen.plan, frozen.objects, frozen.inspectors, frozen.earlier,
        commitments=commitments, committed_at=now.astimezone(clock.CHINA).isoformat(timespec="seconds"),
    )  # fmt: skip
    for each in order.sources:
        timing.check_commit(SourceKind(each.kind), each.ref, now)
    return order, frozen, commit, shares


def _frozen(session: Session, register: Session, order: Order, now: datetime) -> Frozen:
    earlier, hidden = _earlier(session, order)
    objects: list[dict[str, Any]] = []
    openings: dict[str, dict[str, str]] = {}
    for made, opening in population(session, register, order, hidden, clock.local_date(now)):
        objects.append(made)
        openings[made["handle"]] = opening
    if not objects:
        raise BadOrder("抽取范围内没有检查对象")
    acknowledged = {each["handle"] for each in objects if each["stratum"] != HIDDEN}
    numbers = {
        opening["object_id"]: name for name, opening in openings.items() if name in acknowledged
    }
    inspectors, who = roster(session, order, numbers)
    if order.teams is not None and not inspectors:
        raise BadOrder("名录中没有可以抽取的检查人员")
    #: The order of the file would tell the order of the numbers.
    objects.sort(key=lambda each: each["handle"])
    inspectors.sort(key=lambda each: each["handle"])
    plan = _plan(order, _salt(session), has_hidden=len(acknowledged) < len(objects))
    return Frozen(plan, objects, inspectors, earlier, openings, who)


def _earlier(session: Session, order: Order) -> tuple[dict[str, list[str]], dict[str, set[str]]]:
    """Return what earlier rounds drew: as a package says it, and with those it does not name."""
    public: dict[str, list[str]] = {}
    everything: dict[str, set[str]] = {}
    for draw_id in order.exclude_drawn_in:
        before = keeping.load(session, draw_id)
        before.require("drawn", "revealed")
        if before.row.stage != "revealed":
            _require_sealed(order, before)
        live = standing.drawn(outcome.compute(before.package()))
        handles = {each for stratum, them in live.items() if stratum != HIDDEN for each in them}
        everything[draw_id] = {before.frozen.openings[each]["key"] for each in handles}
        opened = {
            each["handle"]: each["object_id"]
            for each in before.frozen.objects
            if "object_id" in each
        }
        public[draw_id] = sorted(opened[each] for each in handles if each in opened)
        everything[draw_id] |= set(public[draw_id])
    return public, everything


def _require_sealed(order: Order, before: Drawing) -> None:
    """Let only draws of the same body lean on a sealed round, and only those that may be sealed as long.

    Raises:
        BadOrder: who was drawn in it would be told.

    """
    if before.order.agency != order.agency:
        raise BadOrder(f"{before.order.draw_id} 是其他机关的抽取，揭示以前不能据以排除")
    if not order.embargo:
        raise BadOrder(f"{before.order.draw_id} 尚未揭示：据以排除的，embargo 不得为 false")


def _salt(session: Session) -> str:
    """Return 32 random bytes as the letters a to p: no digits that a detector could take for a number.

    They keep a plan from being guessed out of its hash once it is public no more (section 5).
    """
    known = known_secrets.known(session)
    while True:
        salt = secrets.token_hex(32).translate(_LETTERS)
        if known is None or not known.scan(salt):
            return salt


def _plan(order: Order, salt: str, *, has_hidden: bool) -> dict[str, Any]:
    strata = [
        {"key": each.key, "quota": quota(each.quota, each.key), "base": each.base}
        for each in order.strata
    ]
    if has_hidden:
        strata.append(
            {"key": HIDDEN, "quota": quota(order.withheld_quota, HIDDEN), "base": "frame"}
        )
    plan: dict[str, Any] = {
        "scheme": SCHEME,
        "draw_id": order.draw_id,
        "round": order.round,
        "info": described(order, salt),
        "strata": strata,
        "weighting": "none",
        "sources": [{"id": each.id, "kind": each.kind, "ref": each.ref} for each in order.sources],
        "exclude_drawn_in": list(order.exclude_drawn_in),
        "embargo": order.embargo,
    }
    if order.teams is not None:
        plan["teams"] = {
            "bundle": order.teams.bundle,
            "balance": order.teams.balance,
            "slots": [{"pool": s.pool, "n": s.n, "need": list(s.need)} for s in order.teams.slots],
            "relax": list(order.teams.relax),
        }
    return plan


def described(order: Order, salt: str) -> dict[str, str]:
    """Return what a plan says of itself in words, and its salt."""
    pool = order.pool
    asked = [
        f"名录库：{'、'.join(EntityKind(each).zh for each in pool.libraries)}",
        *(f"区域：{'、'.join(pool.regions)}" for _ in pool.regions[:1]),
        *(f"行业：{'、'.join(pool.industries)}" for _ in pool.industries[:1]),
        #: Not how many: who is missing from the drum would be kept back, or not released.
        *("指定对象" for _ in pool.named[:1]),
    ]
    return {
        "title": order.title,
        "task": order.task or "",
        "document": order.document,
        "basis": order.basis,
        "unit": order.unit,
        "mode": "定向" if len(asked) > 1 or pool.risks else "不定向",
        "filter": "；".join(asked),
        "rule": presets.PRESETS[order.preset].zh if order.preset else "",
        "draw_on": order.draw_on.isoformat(),
        "reveal_on": order.reveal_on.isoformat(),
        "salt": salt,
    }


def _shares(order: Order) -> tuple[dict[str, str], dict[str, str]]:
    """Return the commitments to all shares, and the shares that were made here."""
    commitments: dict[str, str] = {}
    made: dict[str, str] = {}
    for each in order.sources:
        if each.kind != SourceKind.SHARE.value:
            continue
        if each.commitment is None:
            share = secrets.token_bytes(32)
            made[each.id] = share.hex()
            commitments[each.id] = seeds.share_commitment(order.draw_id, each.id, share).hex()
        else:
            commitments[each.id] = each.commitment
    return commitments, made
