"""What is printed of a draw: its record sheet, and for one team its own objects (登记表、分组名单)."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.errors import UnknownRecord
from portal.domain.parties import Entity
from portal.domain.sortition import outcome, seeds, standing
from portal.domain.sortition.hashing import canonical
from portal.domain.sortition.packages import read_commit
from portal.internal.desk.drawing.keeping import Drawing, load
from portal.internal.tables import filings


@dataclass(frozen=True, slots=True)
class Sheet:
    """The record sheet (section 12). `strata` is empty before the draw."""

    drawing: Drawing
    commit_hash: str
    strata: list[dict[str, Any]]
    team_count: int


@dataclass(frozen=True, slots=True)
class TeamSheet:
    """One team: its members, leader first, and the names and numbers of its objects."""

    drawing: Drawing
    number: int
    members: list[str]
    objects: list[tuple[str, str]]


def record_sheet(session: Session, draw_id: str) -> Sheet:
    """Return the record sheet (双随机抽签结果登记表). Under embargo it names nobody drawn."""
    drawing = load(session, draw_id)
    digest = seeds.commit_hash(read_commit(drawing.commit)).hex()
    if drawing.row.stage not in ("drawn", "revealed"):
        return Sheet(drawing, digest, [], 0)
    found: Any = outcome.compute(drawing.package()).result
    return Sheet(drawing, digest, found["strata"], len(found["teams"]))


def team_sheet(session: Session, draw_id: str, number: int) -> TeamSheet:
    """Return what one team, counted from 1, may see: its own objects and nobody else's.

    Raises:
        WrongState: nothing is drawn yet.
        UnknownRecord: there is no such team.

    """
    drawing = load(session, draw_id)
    drawing.require("drawn", "revealed")
    teams = standing.teams(outcome.compute(drawing.package()))
    if not 1 <= number <= len(teams):
        raise UnknownRecord(f"本次抽取共 {len(teams)} 组，没有第 {number} 组")
    team = teams[number - 1]
    openings = [drawing.frozen.openings[each] for each in team["objects"]]
    parties = filings.find(session, Entity, [each["key"] for each in openings])
    return TeamSheet(
        drawing,
        number,
        [
            drawing.frozen.roster[each["handle"]]["name"]
            for each in team["members"]
            if each["handle"]
        ],
        [(parties[each["key"]].name, each["object_id"]) for each in openings],
    )


def supervisors_copy(drawing: Drawing) -> bytes:
    """Return the whole package with its result, which verifies against the sealed hash.

    Raises:
        WrongState: nothing is drawn yet.

    """
    drawing.require("drawn", "revealed")
    value = drawing.package()
    claimed = {"result_hash": outcome.compute(value).result_hash}
    return canonical(value | {"claimed": claimed})
