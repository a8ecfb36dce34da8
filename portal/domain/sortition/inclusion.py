"""Proofs that an object was in the drum, drawn or not (section 4.4): written by the portal, checked by anybody.

    {"scheme", "commit", "object", "place", "path"}

`object` is the open object of section 3.4, `place` its number in the list ordered by handle, from 0, and
`path` the RFC 9162 path from its leaf to `objects_root` of `commit`.
"""

from collections.abc import Sequence

from portal.domain.merkle import is_included, leaf_hash
from portal.domain.sortition import fields, strict
from portal.domain.sortition.faults import Code, demand
from portal.domain.sortition.hashing import canonical
from portal.domain.sortition.leaves import handle, leaf
from portal.domain.sortition.lists import Reading
from portal.domain.sortition.model import SCHEME, Json
from portal.domain.sortition.packages import read_commit
from portal.domain.sortition.seeds import commit_hash

_KEYS = frozenset(("scheme", "commit", "object", "place", "path"))


def written(commit: Json, entry: Json, place: int, path: Sequence[bytes]) -> Json:
    """Return a proof."""
    return {
        "scheme": SCHEME,
        "commit": commit,
        "object": entry,
        "place": place,
        "path": [each.hex() for each in path],
    }


def check(raw: bytes) -> bytes:
    """Return the line to print of a proof that holds: which commit, draw, object and stratum.

    The commit is to be compared with the one in the signed log.

    Raises:
        Fault: E_JSON, E_SCHEMA, E_HANDLE (the number is not what the handle was made of), or E_ROOT
            (the object is not in the list, or not as it is told).

    """
    found = fields.record(strict.parse(raw), _KEYS)
    fields.exactly(found["scheme"], SCHEME)
    commit = read_commit(found["commit"])
    subject = Reading().subject(found["object"])
    place = fields.whole(found["place"])
    path = [fields.hash32(each) for each in fields.array(found["path"])]
    demand(subject.salt is not None and subject.object_id is not None, Code.SCHEMA)
    own = handle("object", commit.draw_id, subject.salt or b"", subject.object_id or "")
    demand(own == subject.handle, Code.HANDLE)
    root = bytes.fromhex(commit.objects_root)
    holds = is_included(leaf_hash(leaf(subject)), place, commit.objects_count, path, root)
    demand(holds, Code.ROOT)
    return canonical(
        {
            "commit_hash": commit_hash(commit).hex(),
            "draw_id": commit.draw_id,
            "excluded": subject.excluded,
            "object_id": subject.object_id,
            "stratum": subject.stratum,
        }
    )
