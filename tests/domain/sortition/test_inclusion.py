"""Proofs that an object was in the drum: for everybody, and for nobody else."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.sortition import inclusion
from portal.domain.sortition.faults import Fault
from portal.domain.sortition.hashing import canonical
from portal.domain.sortition.leaves import Inclusions
from portal.domain.sortition.lists import Reading
from tests.domain.sortition import appendix

#: Of the worked example of the specification.
COMMIT_HASH = "2388807ba84f50fab11e38112bf1832731c5bd4190955a7e2d9e3aa2f091776f"


def _proof(number: int) -> dict[str, Any]:
    """Return the proof of one object of the worked example."""
    package: dict[str, Any] = json.loads(json.dumps(appendix.package()))
    entry = package["objects"][number]
    tree = Inclusions(list(map(Reading().subject, package["objects"])))
    place, path = tree.path(bytes.fromhex(entry["handle"]))
    return dict(inclusion.written(package["commit"], entry, place, path))


@pytest.mark.parametrize("number", range(3))
def test_everybody_in_the_drum_has_a_proof_whether_drawn_or_not(number: int) -> None:
    proof = _proof(number)
    told = json.loads(inclusion.check(canonical(proof)))
    assert told["object_id"] == proof["object"]["object_id"]
    assert told["commit_hash"] == COMMIT_HASH


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda p: p["object"].update(object_id="丁店"), "E_HANDLE"),
        (lambda p: p["object"].update(region="西区"), "E_ROOT"),
        (lambda p: p["object"].update(excluded="other:closed"), "E_ROOT"),
        (lambda p: p.update(place=2 - p["place"]), "E_ROOT"),
        (lambda p: p["path"].reverse(), "E_ROOT"),
        (lambda p: p.update(path=[]), "E_ROOT"),
        (lambda p: p["commit"].update(objects_count=9), "E_ROOT"),
        (lambda p: p["object"].pop("salt"), "E_SCHEMA"),
        (lambda p: p.update(place="0"), "E_SCHEMA"),
    ],
)
def test_a_forged_proof_is_refused(change: Any, code: str) -> None:
    proof = _proof(0)
    change(proof)
    with pytest.raises(Fault) as caught:
        inclusion.check(canonical(proof))
    assert caught.value.code == code


@given(st.binary(max_size=60))
def test_whatever_is_no_proof_is_refused_by_a_code(raw: bytes) -> None:
    with pytest.raises(Fault):
        inclusion.check(raw)
