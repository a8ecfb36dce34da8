"""The draw as it stands after its replacements: who inspects what now (section 10)."""

import copy
from typing import TypedDict, cast

from portal.domain.sortition.outcome import Outcome


class Place(TypedDict):
    """One place of a team; the handle is empty where nobody was found."""

    slot: int
    handle: str
    relaxed: list[str]


class Team(TypedDict):
    """The objects of one bundle and who inspects them, all as handles."""

    objects: list[str]
    members: list[Place]


def teams(outcome: Outcome) -> list[Team]:
    """Return the teams after every replacement, in bundle order; the first member leads (组长)."""
    found = cast("list[Team]", copy.deepcopy(outcome.result["teams"]))
    for row in outcome.replacements:
        if row["type"] == "object":
            _swap_object(found, cast("str", row["out"]), cast("str", row["in"]))
        else:
            team = found[cast("int", row["bundle"])]
            for place in team["members"]:
                if (place["slot"], place["handle"]) == (row["slot"], row["out"]):
                    place["handle"] = cast("str", row["in"])
                    place["relaxed"] = cast("list[str]", row["relaxed"])
                    break
    return found


def drawn(outcome: Outcome) -> dict[str, list[str]]:
    """Return the live objects of each stratum, as handles; whoever came in stands last."""
    strata = cast("list[dict[str, object]]", outcome.result["strata"])
    found = {cast("str", each["key"]): list(cast("list[str]", each["drawn"])) for each in strata}
    for row in outcome.replacements:
        if row["type"] == "object":
            live = found[cast("str", row["stratum"])]
            live.remove(cast("str", row["out"]))
            live += [cast("str", row["in"])] if row["in"] else []
    return found


def _swap_object(found: list[Team], out: str, came: str) -> None:
    for team in found:
        if out in team["objects"]:
            at = team["objects"].index(out)
            team["objects"][at : at + 1] = [came] if came else []
            return
