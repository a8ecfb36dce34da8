"""Freezes plan and lists into a commit, refusing what would later not verify (section 5)."""

from collections.abc import Mapping

from portal.domain.sortition import checks, packages, seeds
from portal.domain.sortition.faults import Code, demand
from portal.domain.sortition.leaves import root
from portal.domain.sortition.model import SCHEME, Lists, SourceKind

#: A commit as it is published and hashed.
Written = dict[str, object]


def freeze(
    plan: object,
    objects: object,
    inspectors: object,
    earlier: object,
    *,
    commitments: Mapping[str, str],
    committed_at: str,
) -> Written:
    """Return the commit over plan, population and roster, all as JSON values of a package.

    Args:
        plan: section 3.3.
        objects: section 3.4.
        inspectors: section 3.5; empty without teams.
        earlier: ids drawn in the rounds that the plan leaves out; ``{}`` if none.
        commitments: source id → `seeds.share_commitment` as hex, for every source of kind share.
        committed_at: ``YYYY-MM-DDThh:mm:ss+08:00``.

    Raises:
        Fault: what a verifier would say of them, E_SCHEMA to E_EXCLUSION; E_SHARE when the
            commitments are not those of the plan's shares.

    """
    lists = packages.read_lists(plan, objects, inspectors, earlier)
    checks.check(lists)
    shares = [each.id for each in lists.plan.sources if each.kind is SourceKind.SHARE]
    demand(commitments.keys() == set(shares), Code.SHARE)
    written = _written(lists, committed_at) | {
        "shares": [{"id": each, "commitment": commitments[each]} for each in shares]
    }
    packages.read_commit(written)
    return written


def _written(lists: Lists, committed_at: str) -> Written:
    return {
        "scheme": SCHEME,
        "draw_id": lists.plan.draw_id,
        "plan_hash": seeds.plan_hash(lists.plan).hex(),
        "objects_root": root(lists.objects).hex(),
        "objects_count": len(lists.objects),
        "inspectors_root": root(lists.inspectors).hex(),
        "inspectors_count": len(lists.inspectors),
        "committed_at": committed_at,
    }
