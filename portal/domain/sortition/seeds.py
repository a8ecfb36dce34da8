"""The commit, the sources of the seed and the seed itself (sections 5 and 6).

Left open by the text, and read thus: whatever is wrong with a seed value, its evidence included, is
E_SEED_VALUE, since the form wanted depends on the kind that the plan gives to that place.
"""

import re
from hashlib import sha256

from portal.domain.sortition.faults import Code, demand
from portal.domain.sortition.fields import HEX32
from portal.domain.sortition.hashing import canonical, tagged
from portal.domain.sortition.leaves import root
from portal.domain.sortition.model import (
    Commit,
    Lists,
    Package,
    Plan,
    SeedValue,
    Source,
    SourceKind,
)

_NUMBERS = r"((0|[1-9][0-9]{0,8})\.)+/"
_FORMS = {
    SourceKind.DICE10: re.compile(r"[0-9]{20,200}"),
    SourceKind.DICE6: re.compile(r"[1-6]{26,200}"),
    SourceKind.SHARE: HEX32,
    SourceKind.DRAND: HEX32,
    SourceKind.NIST: re.compile(r"[0-9a-f]{128}"),
    SourceKind.LOTTERY: re.compile(rf"({_NUMBERS})+"),
}
_EVIDENCE = re.compile(r"([0-9a-f]{2})+")


def plan_hash(plan: Plan) -> bytes:
    """Return the hash of a plan."""
    return tagged("dsr-draw/1/plan", canonical(plan.written))


def commit_hash(commit: Commit) -> bytes:
    """Return the hash of a commit."""
    return tagged("dsr-draw/1/commit", canonical(commit.written))


def share_commitment(draw_id: str, source_id: str, share: bytes) -> bytes:
    """Return what binds the holder of a sealed share of 32 bytes (密封份额)."""
    return tagged("dsr-draw/1/share", draw_id, source_id, share)


def check_commit(commit: Commit, lists: Lists) -> None:
    """Hold the commit against plan and lists. Raises E_PLAN or E_ROOT."""
    demand(commit.plan_hash == plan_hash(lists.plan).hex(), Code.PLAN)
    demand(commit.objects_count == len(lists.objects), Code.ROOT)
    demand(commit.inspectors_count == len(lists.inspectors), Code.ROOT)
    demand(commit.objects_root == root(lists.objects).hex(), Code.ROOT)
    demand(commit.inspectors_root == root(lists.inspectors).hex(), Code.ROOT)


def is_canonical(source: Source, value: SeedValue) -> bool:
    """Whether a value is of the form its source's kind asks for, and its evidence fits it."""
    if not _FORMS[source.kind].fullmatch(value.value):
        return False
    if source.kind is SourceKind.LOTTERY and not _is_ascending(value.value):
        return False
    if value.evidence is None:
        return True
    return (
        source.kind is SourceKind.DRAND
        and _EVIDENCE.fullmatch(value.evidence) is not None
        and sha256(bytes.fromhex(value.evidence)).hexdigest() == value.value
    )


def check(package: Package) -> None:
    """Check every source's value. Raises E_SEED_VALUE or E_SHARE."""
    plan, values = package.lists.plan, package.seed_values
    ids = [source.id for source in plan.sources]
    demand([value.id for value in values] == ids, Code.SEED_VALUE)
    pairs = list(zip(plan.sources, values, strict=True))
    demand(all(is_canonical(source, value) for source, value in pairs), Code.SEED_VALUE)
    opened = [
        (source.id, share_commitment(plan.draw_id, source.id, bytes.fromhex(value.value)).hex())
        for source, value in pairs
        if source.kind is SourceKind.SHARE
    ]
    demand(list(package.commit.shares) == opened, Code.SHARE)


def seed(package: Package) -> bytes:
    """Return the seed (种子): the commit and everything the sources said."""
    said: list[str] = []
    for source, value in zip(package.lists.plan.sources, package.seed_values, strict=True):
        said += [source.id, source.kind.value, value.value]
    return tagged("dsr-draw/1/seed", package.lists.plan.draw_id, commit_hash(package.commit), *said)


def _is_ascending(value: str) -> bool:
    """Whether the numbers inside each group are in ascending order (RFC 3797, 4.1)."""
    groups = [[int(each) for each in group.split(".")[:-1]] for group in value.split("/")[:-1]]
    return all(group == sorted(group) for group in groups)
