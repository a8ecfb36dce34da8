"""A mirror judges by itself whether a log goes on: as the register does, in code that shares nothing with it."""

from hypothesis import given
from hypothesis import strategies as st

from portal.domain import merkle
from portal.mirror.continuing import is_consistent, require_continued
from portal.mirror.signatures import Head
from portal.mirror.source import Source


def _head(leaves: list[bytes]) -> Head:
    return Head(len(leaves), "", merkle.Kept(leaves).root() if leaves else merkle.EMPTY_ROOT, 0)


@given(st.data(), st.integers(2, 70))
def test_it_finds_what_the_register_proves_and_nothing_else(data: st.DataObject, size: int) -> None:
    leaves = [merkle.leaf_hash(bytes([each])) for each in range(size)]
    first = data.draw(st.integers(1, size - 1))
    path = merkle.consistency_path(first, size, merkle.Kept(leaves).node)
    changed = list(leaves)
    changed[data.draw(st.integers(0, first - 1))] = merkle.leaf_hash(b"another")

    assert is_consistent(_head(leaves[:first]), _head(leaves), path)
    assert not is_consistent(_head(changed[:first]), _head(leaves), path)
    assert not is_consistent(_head(leaves[:first]), _head(changed), path)


def test_a_copy_begun_on_an_empty_register_asks_for_no_proof() -> None:
    nobody = Source("http://127.0.0.1:9", attempts=1)

    require_continued(nobody, _head([]), _head([merkle.leaf_hash(b"first")]))
