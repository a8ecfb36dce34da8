"""The outcome of a draw: result, its hash, the sealed hash, and the whole verification (9, 11)."""

from collections.abc import Mapping
from typing import NamedTuple

from portal.domain.sortition import checks, packages, replacements, seeds, strata, strict
from portal.domain.sortition.bundles import Bundle
from portal.domain.sortition.faults import Code, Fault, demand
from portal.domain.sortition.hashing import canonical, tagged
from portal.domain.sortition.model import SCHEME, Package
from portal.domain.sortition.strata import StratumDrawn
from portal.domain.sortition.teams import Assignment
from portal.domain.sortition.tickets import Drum


class Outcome(NamedTuple):
    """What a package yields; `written()` is what the command prints."""

    commit_hash: str
    result: Mapping[str, object]
    result_hash: str
    replacements: list[replacements.Row]

    def written(self) -> bytes:
        """Return the outcome as canonical JSON."""
        return canonical(self._asdict())


def recompute(raw: bytes) -> Outcome:
    """Verify a package file and compute what it yields.

    Raises:
        Fault: the first check of section 11 that fails.

    """
    return compute(strict.parse(raw))


def compute(value: object) -> Outcome:
    """Verify a package that is in memory as JSON values, and compute what it yields.

    Raises:
        Fault: the first check of section 11 that fails.

    """
    package = _read(value)
    checks.check(package.lists)
    seeds.check_commit(package.commit, package.lists)
    seeds.check(package)
    return _drawn(package, seeds.seed(package))


def seal(nonce: bytes, result: Mapping[str, object]) -> bytes:
    """Return the sealed hash that is logged under embargo; `nonce` is 32 secret random bytes."""
    return tagged("dsr-draw/1/sealed", nonce, canonical(result))


def result_hash(result: Mapping[str, object]) -> bytes:
    """Return the hash of a result."""
    return tagged("dsr-draw/1/result", canonical(result))


def _read(value: object) -> Package:
    """Return the package; what no schema admits because it is not strict JSON is told as such."""
    try:
        return packages.read(value)
    except Fault:
        demand(strict.is_sound(value), Code.JSON)
        raise


def _drawn(package: Package, seed: bytes) -> Outcome:
    plan, drum = package.lists.plan, Drum(seed)
    drawn = strata.draw(package.lists, drum)
    teams = plan.teams
    assigned = Assignment(teams, package.lists.inspectors, drawn, drum) if teams else None
    commit_hash = seeds.commit_hash(package.commit).hex()
    result = {
        "scheme": SCHEME,
        "draw_id": plan.draw_id,
        "commit_hash": commit_hash,
        "seed": seed.hex(),
        "strata": [_stratum(each) for each in drawn],
        "teams": [_team(each, assigned) for each in assigned.bundles] if assigned else [],
    }
    rows = replacements.replay(package.replacements, drawn, assigned)
    found = result_hash(result).hex()
    demand(package.claimed in {None, found}, Code.RESULT)
    return Outcome(commit_hash, result, found, rows)


def _stratum(drawn: StratumDrawn) -> dict[str, object]:
    return {
        "key": drawn.key,
        "frame": drawn.frame,
        "eligible": len(drawn.order),
        "quota": drawn.quota,
        "shortage": drawn.shortage,
        "drawn": [subject.handle.hex() for subject in drawn.drawn],
        "order_hash": drawn.order_hash().hex(),
    }


def _team(bundle: Bundle, assigned: Assignment) -> dict[str, object]:
    handles = assigned.roster.handles
    return {
        "objects": [subject.handle.hex() for subject in bundle.objects],
        "members": [
            {
                "slot": each.slot,
                "handle": "" if each.inspector is None else handles[each.inspector].hex(),
                "relaxed": [constraint.value for constraint in each.relaxed],
            }
            for each in bundle.team
        ],
    }
