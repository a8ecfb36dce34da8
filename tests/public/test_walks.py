"""Whatever is filed, released, ordered, decided, opened, sealed, returned and withdrawn in whatever order, only what may be public is (漫步)."""

import gzip
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import PortalError
from portal.domain.grounds import HIDEABLE
from portal.domain.replies import LetterKind, ReplyState
from portal.domain.verdicts import Act
from portal.internal.desk import decide, letters, rehiding, retelling, review, scheduled
from portal.letterbox import slot
from portal.register.dumps import shelf
from portal.register.records import Kind
from portal.register.search import keeping
from tests.airlock.hands import faults
from tests.conftest import Office
from tests.makers import AGENCY, AGENCY_ROW, a_text
from tests.mirror.test_pulling import TERMS
from tests.public.account import Name, Version
from tests.public.twins import NEVER, WITHHELD
from tests.public.walker import (
    CHECKS,
    EVERY,
    FILED,
    OTHER,
    OTHERS,
    Filling,
    Walk,
)
from tests.raw import store_bytes

_SHEETS = {
    "agency": "agencies",
    "item": "items", "entity": "entities", "plan": "plans", "draw": "draws", "result": "results", "followup": "followups",
    "document": "documents",
}  # fmt: skip
#: What people may hide by decision, of what the walk says.
_FIELDS = {
    "item": ("basis", "object_scope", "content"),
    "agency": ("duties",),
    "entity": ("name", "industry"),
    "plan": ("item_text", "remark"),
    "draw": ("place", "supervised_by", "remark"),
    "result": ("handling_text", "detail", "outcome_text"),
    "followup": ("text",),
    "document": ("body", "source"),
}
_WHOLE = ("item", "entity", "draw", "result", "followup", "document")


def _kept_back(walk: Walk, version: Version) -> Filling:
    """Return how a file says that its record is disclosed, as at times."""
    kind = version.about[0]
    labels = {
        label: field
        for label, field in HIDEABLE.get(_SHEETS[kind], {}).items()
        if field in _FIELDS[kind]
    }
    chance, day = walk.chance.random(), date(2025, 3, 1) + timedelta(days=len(walk.told) // 3)
    if kind in ("agency", "plan", "draw"):
        return {}
    if chance < 0.12:
        version.whole = True
        return {**walk.chance.choice((WITHHELD, NEVER)), "decided_on": str(day)}
    if chance < 0.24 and labels:
        label = walk.chance.choice(list(labels))
        version.kept = frozenset({labels[label]})
        return {**WITHHELD, "disclosure": "部分公开", "hidden": label, "decided_on": str(day)}
    return {"disclosure": "公开"} if chance < 0.7 else {}


def _file(walk: Walk, now: datetime, about: Name | None = None) -> str:
    version = Version(about or walk.chance.choice(walk.every), [])
    kind, key = version.about
    body = walk.chance.choice(walk.bodies) if kind == "entity" else key.split("/")[0]
    rows = FILED[kind](walk, version.about, version)
    how = _kept_back(walk, version)
    rows = [row | how for row in rows]
    walk.account.write(version)
    if kind == "document":
        text = str(rows[0].pop("body", "正文"))
        path = a_text(walk.office.folder / "d.md", text, **rows[0])
        batch = walk.office.take(path, "documents", now=now).batch_id
    else:
        batch = walk.office.file(_SHEETS[kind], *rows, agency=body, now=now).batch_id
    if batch is None:
        return "nothing new"
    version.batch = batch
    walk.waiting[batch] = version
    said = (
        f"file {key} of {body} {how.get('disclosure', '')} {[word.text for word in version.words]}"
    )
    if walk.chance.random() < 0.25:
        return said
    return f"{said}, {_release(walk, now, batch)}"


def _release(walk: Walk, now: datetime, batch: int = 0) -> str:
    batch = batch or walk.chance.choice([0, *walk.waiting])
    if not batch:
        return "nothing waits"
    walk.office.publish(batch, now=now, let_pass=True)
    version = walk.waiting.pop(batch)
    walk.account.release(version)
    #: An older file that is let out later says nothing newer.
    if version.name and version.batch >= walk.account.of(version.about).batch:
        walk.names[version.about] = version.name
    return f"release {version.about[1]} of {batch}"


def _return(walk: Walk, now: datetime) -> str:
    batch = walk.chance.choice([0, *walk.waiting])
    if not batch:
        return "nothing waits"
    review.give_back(walk.office.stores, batch, by="wu", now=now, reason="退回")
    return f"return {walk.waiting.pop(batch).about[1]} of {batch}"


def _decide(walk: Walk, now: datetime) -> str:
    about = walk.chance.choice(walk.every)
    kind = Kind(about[0])
    whole = kind.value in _WHOLE and walk.chance.random() < 0.6
    place = "" if whole else walk.chance.choice(_FIELDS[kind.value])
    act = walk.chance.choice((Act.WITHHOLD, Act.NEVER)) if whole else Act.WITHHOLD
    walk.world.decide(kind, about[1], act, now, place)
    walk.account.hide(about, place)
    return f"{act} {about[1]} {place}"


def _open(walk: Walk, now: datetime) -> str:
    standing = {name: walk.account.of(name) for name in walk.every}
    kept = [name for name, each in standing.items() if each.decided or each.fields]
    if not kept:
        return "nothing is kept back"
    about = walk.chance.choice(kept)
    places = [*([""] if standing[about].decided else []), *sorted(standing[about].fields)]
    for place in places:
        walk.world.decide(Kind(about[0]), about[1], Act.OPEN, now, place)
        walk.account.open(about, place)
    return f"open {about[1]} {places}"


def _wait(walk: Walk, now: datetime) -> str:
    """Let a day pass, and have done what has come due."""
    walk.now = now + timedelta(days=1)
    done = scheduled.carry_out(walk.office.stores, now=walk.now)
    for batch in done.released:
        version = walk.waiting.pop(batch)
        walk.account.release(version)
        if version.name:
            walk.names[version.about] = version.name
    walk.account.dawn(walk.today, done.listed)
    return f"a day: {done.released} {done.listed} {done.refused}"


def _order(walk: Walk, now: datetime) -> str:
    batch = walk.chance.choice([0, *walk.waiting])
    if not batch:
        return "nothing waits"
    stores = walk.office.stores
    walk.office.let_pass(batch, now=now)
    review.approve(stores, batch, by="wu", now=now)
    at = now + timedelta(hours=walk.chance.randint(1, 30))
    scheduled.order(stores, batch, at=at, by="he", now=now)
    return f"order {walk.waiting[batch].about[1]} of {batch} for {at}"


def _withdraw(walk: Walk, now: datetime) -> str:
    about = walk.chance.choice([each for each in walk.every if each[0] in _WHOLE])
    if walk.world.public_id(Kind(about[0]), about[1]) is None:
        return "nothing to withdraw"
    walk.world.withdraw(Kind(about[0]), about[1], now)
    walk.account.withdraw(about)
    return f"withdraw {about[1]}"


def _draft(walk: Walk, now: datetime) -> str:
    about = walk.chance.choice(CHECKS)
    public_id = walk.world.public_id(Kind.RESULT, about[1])
    if public_id is None:
        return "no check to write about"
    stores, version, row = (
        walk.office.stores,
        Version(("letter", ""), [], leads=(about,)),
        Filling(),
    )
    letter = slot.Letter(kind=LetterKind.REPLY, subject=public_id, text="我公司已经改正。")
    with Session(stores.letterbox) as box:
        reference = slot.post(box, letter, now=now)
    letters.collect(stores, now=now)
    version.about = ("letter", reference)
    while not row:
        walk.said(version, row, "statement")
    walk.account.write(version)
    letters.propose(
        stores, reference, outcome=ReplyState.ACCEPTED, decision="经复核。", statement=str(row["statement"]),
        let_pass=True, by="wu", now=now,
    )  # fmt: skip
    walk.drafts[reference] = version
    return f"draft an answer about {about[1]} {[word.text for word in version.words]}"


def _answer(walk: Walk, now: datetime) -> str:
    reference = walk.chance.choice(["", *walk.drafts])
    if not reference:
        return "no draft"
    letters.release(walk.office.stores, reference, by="he", now=now)
    version = walk.drafts.pop(reference)
    walk.answers.append(version.about)
    walk.account.release(version)
    return f"answer {version.leads}"


def _take_back(walk: Walk, now: datetime) -> str:
    if not walk.answers:
        return "no answer"
    about = walk.chance.choice(walk.answers)
    retelling.take_back(walk.office.stores, about[1], by="he", second="an", now=now)
    walk.account.withdraw(about)
    return f"take back {about[1]}"


def _dump(walk: Walk, now: datetime) -> str:
    del now
    stores = walk.office.stores
    keeping.catch_up(stores.register, stores.index)
    made = shelf.cut(stores.register, stores.dumps, TERMS, stores.log_key.signer(may_make=False))
    return f"dump {made}"


def _hide_again(walk: Walk, now: datetime) -> str:
    left = rehiding.carry_out_again(walk.office.stores, now=now)
    assert left.changes == 0, "\n".join(walk.told)
    return f"all that is kept back of {left.names} hidden again"


_ACTS = [
    (_hide_again, 4),
    (_dump, 5),
    (_draft, 6),
    (_answer, 5),
    (_take_back, 1),
    (_file, 60),
    (_release, 8),
    (_return, 4),
    (_decide, 14),
    (_open, 6),
    (_wait, 6),
    (_order, 4),
    (_withdraw, 8),
]


def everything(office: Office) -> str:
    """Return everything that stands in the register."""
    with office.stores.register.connect() as connection:
        return "\n".join(
            repr(tuple(row))
            for name in sa.inspect(connection).get_table_names()
            for row in connection.execute(sa.text(f'SELECT * FROM "{name}"'))
        )


def _dumped(office: Office) -> bytes:
    """Return what every file of the dumps says."""
    return b"\n".join(
        gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in office.stores.dumps.rglob("*")
        if path.is_file()
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_in_a_walk_of_any_acts_only_what_may_be_public_ever_is(
    office: Office, data: Path, seed: int
) -> None:
    walk, refused = Walk(office, seed), 0
    walk.account.dawn(walk.today)
    if seed % 2:
        office.put("agencies", {**AGENCY_ROW, "code": OTHER, "name": "示例市乙局"})
        walk.every, walk.bodies = [*EVERY, *OTHERS], [AGENCY, OTHER]
    first = [partial(_file, about=each) for each in walk.every]
    acts, weights = zip(*_ACTS, strict=True)

    for number in range(80):
        now = walk.now = walk.now + timedelta(minutes=10)
        act = first[number] if number < len(first) else walk.chance.choices(acts, weights)[0]
        try:
            walk.told.append(f"{number} {act(walk, now)}")
        except PortalError as error:
            refused += 1
            walk.told.append(f"{number} refused: {error}")
        with Session(office.stores.internal) as session:
            assert decide.left_undone(session) == []
        lies, allowed = everything(office), walk.account.allowed()
        told_of = [word for word in walk.account.words - allowed if word in lies]
        missed = [word for word in walk.account.due() if word not in lies]
        dumped = _dumped(office)
        told_of += [word for word in walk.account.words - allowed if word.encode() in dumped]
        assert (told_of, missed) == ([], []), "\n".join(walk.told)

        assert faults(office) == [], "\n".join(walk.told)

    stores = office.stores
    keeping.catch_up(stores.register, stores.index)
    assert keeping.verify(stores.register, stores.index) == []
    kept = store_bytes(data)
    assert [word for word in walk.account.words - allowed if word.encode() in kept] == []
    assert (refused < 40, len(allowed) > 10) == (True, True)
