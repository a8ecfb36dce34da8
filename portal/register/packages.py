"""Packages of revealed draws (抽取数据包): kept in pieces, so that no reader holds a whole one in memory."""

import json
import unicodedata
from collections.abc import Generator, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.merkle import HEIGHT, WIDTH, folded, inclusion_path
from portal.domain.sortition import inclusion, standing
from portal.domain.sortition.hashing import canonical
from portal.domain.sortition.model import Json
from portal.domain.sortition.outcome import Outcome
from portal.kit.db import among
from portal.register.records import PublicDraw, decode
from portal.register.tables.draws import DrawLeafRow, DrawMemberRow, DrawPackageRow, DrawRow
from portal.register.tables.entities import EntityKeyRow, EntityRow

#: Bytes of one piece.
PIECE = 1 << 18
_HASH = 32


@dataclass(frozen=True, slots=True)
class Member:
    """One party named in a package; `state` is listed, drawn, undrawn or excluded.

    `entry` is the open object as JSON, `place` its number in the list.
    """

    object_id: str
    stratum: str
    state: str
    place: int
    entry: str


@dataclass(frozen=True, slots=True)
class Package:
    """A package as it is downloaded, nothing before the reveal; whom it names, and the leaves of its list."""

    text: bytes
    members: Sequence[Member]
    leaves: Sequence[bytes]


def put(session: Session, draw_id: str, package: Package | None) -> None:
    """Keep the package of a draw in place of any before, None for none."""
    drop(session, [draw_id])
    if package is None:
        return
    rows = [
        {"draw_id": draw_id, "number": number, "piece": package.text[start : start + PIECE]}
        for number, start in enumerate(range(0, len(package.text), PIECE))
    ]
    if rows:
        session.execute(sa.insert(DrawPackageRow), rows)
    leaves = [
        {"draw_id": draw_id, "number": number, "hashes": hashes}
        for number, hashes in tiles(package.leaves)
    ]
    session.execute(sa.insert(DrawLeafRow), leaves)
    named = [asdict(each) | {"draw_id": draw_id} for each in package.members]
    if named:
        session.execute(sa.insert(DrawMemberRow), named)


def drop(session: Session, draw_ids: Sequence[str]) -> None:
    """Take packages away, with their draws."""
    for table in (DrawPackageRow, DrawMemberRow, DrawLeafRow):
        session.execute(sa.delete(table).where(table.draw_id.in_(draw_ids)))


def members(objects: Sequence[dict[str, Any]], found: Outcome | None) -> list[Member]:
    """Return whom a list names; `objects` are ordered by handle, `found` is None until the reveal."""
    live: set[str] = set()
    if found is not None:
        live = {each for them in standing.drawn(found).values() for each in them}
    return [
        Member(
            each["object_id"],
            each["stratum"],
            _state(each, live, is_drawn=found is not None),
            place,
            canonical(each).decode(),
        )
        for place, each in enumerate(objects)
        if "object_id" in each
    ]


def _state(entry: dict[str, Any], live: set[str], *, is_drawn: bool) -> str:
    if entry["excluded"]:
        return "excluded"
    if not is_drawn:
        return "listed"
    return "drawn" if entry["handle"] in live else "undrawn"


def member(session: Session, draw_id: str, object_id: str) -> Member | None:
    """Return what became of the party with this number, None where the list names none; width and case do not matter."""
    typed = unicodedata.normalize("NFKC", object_id).strip()
    row = session.scalar(
        sa.select(DrawMemberRow).where(
            DrawMemberRow.draw_id == draw_id,
            DrawMemberRow.object_id.in_((typed, typed.upper())),
            #: Published before there were proofs.
            DrawMemberRow.place >= 0,
        )
    )
    if row is None:
        return None
    return Member(row.object_id, row.stratum, row.state, row.place, row.entry)


def path(session: Session, draw_id: str, place: int, size: int) -> list[bytes]:
    """Return the RFC 9162 path of a leaf to the root over the list of `size`; reads a few rows."""
    tiles: dict[int, bytes] = {}

    def nodes(level: int, index: int) -> bytes:
        if level < HEIGHT:
            number, first = divmod(index << level, WIDTH)
        else:
            level -= HEIGHT
            number, first = -1, index << level
        if number not in tiles:
            tiles[number] = session.get_one(DrawLeafRow, (draw_id, number)).hashes
        return folded(tiles[number][first * _HASH : (first + (1 << level)) * _HASH])

    return inclusion_path(place, size, nodes)


def proof(session: Session, draw: PublicDraw, found: Member) -> Json:
    """Return the proof that a member was in the drum, as `inclusion.check` reads it."""
    commit = json.loads(draw.commitment or "{}")
    hashes = path(session, draw.id, found.place, commit["objects_count"])
    return inclusion.written(commit, json.loads(found.entry), found.place, hashes)


def is_listed(session: Session, draw_id: str) -> bool:
    """Whether the list of a draw is public."""
    query = sa.select(DrawLeafRow.number).where(DrawLeafRow.draw_id == draw_id).limit(1)
    return session.scalar(query) is not None


def tiles(leaves: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield number and hashes of each row that a list's leaves are kept in."""
    roots = b""
    for number, start in enumerate(range(0, len(leaves), WIDTH)):
        hashes = b"".join(leaves[start : start + WIDTH])
        yield number, hashes
        if len(hashes) == WIDTH * _HASH:
            roots += folded(hashes)
    yield -1, roots


def naming(session: Session, object_ids: Sequence[str]) -> set[str]:
    """Return the draw ids (as packages have them) of the draws that name one of these parties."""
    query = (
        sa.select(DrawRow.body)
        .join(DrawMemberRow, DrawMemberRow.draw_id == DrawRow.public_id)
        .where(among(session, DrawMemberRow.object_id, object_ids))
        .distinct()
    )
    found = {decode(body, PublicDraw).draw_code for body in session.scalars(query)}
    return {each for each in found if each is not None}


def naming_nobody(session: Session) -> set[str]:
    """Return the draw ids, likewise, of the draws that name somebody who has no page (any more)."""
    own, number = DrawMemberRow.object_id, sa.func.lower(DrawMemberRow.object_id)
    query = (
        sa.select(DrawRow.body)
        .join(DrawMemberRow, DrawMemberRow.draw_id == DrawRow.public_id)
        .where(~sa.select(1).where(EntityRow.public_id == own).exists())
        .where(~sa.select(1).where(EntityKeyRow.value == number).exists())
        .distinct()
    )
    found = {decode(body, PublicDraw).draw_code for body in session.scalars(query)}
    return {each for each in found if each is not None}


def drawn(session: Session, draw_id: str, *, limit: int) -> list[str]:
    """Return the numbers of the first parties drawn, by number."""
    query = sa.select(DrawMemberRow.object_id).where(
        DrawMemberRow.draw_id == draw_id, DrawMemberRow.state == "drawn"
    )
    return list(session.scalars(query.order_by(DrawMemberRow.object_id).limit(limit)))


def pieces(session: Session, draw_id: str) -> Generator[bytes, None, None]:
    """Yield the package of a draw piece by piece; nothing where there is none."""
    number = 0
    while True:
        piece = session.scalar(
            sa.select(DrawPackageRow.piece).where(
                DrawPackageRow.draw_id == draw_id, DrawPackageRow.number == number
            )
        )
        if piece is None:
            return
        yield piece
        number += 1
