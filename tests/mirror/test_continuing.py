"""A mirror judges by itself whether a log goes on: as the register does, in code that shares nothing with it."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain import merkle
from portal.mirror.continuing import is_consistent, require_continued
from portal.mirror.errors import Untrusted
from portal.mirror.signatures import Head, stated
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


_A, _B = "a" * 64, "b" * 64


def _stating(size: int, *lines: str, records: str = _A) -> Head:
    root = base64.b64encode(bytes([size] * 32)).decode()
    said = "".join(f"{line}\n" for line in (f"mingcha/records/1 {records}", *lines))
    return stated(f"mingcha.example/log\n{size}\n{root}\n{said}")


_GONE, _ONCE, _TWICE = f"mingcha/forgotten/1 {_A}", f"mingcha/restored/1 1 {_A}", f"mingcha/restored/1 2 {_B}"  # fmt: skip


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (_stating(5, _GONE), _stating(5, f"mingcha/forgotten/1 {_B}")),
        (_stating(5, _GONE), _stating(5)),
        (_stating(5, _GONE), _stating(5, records=_B)),
        (_stating(5, _GONE), _stating(5, _ONCE, f"mingcha/forgotten/1 {_B}")),
        (_stating(5, "example/later 7"), _stating(5, "example/later 8")),
        (_stating(5, _ONCE), _stating(5, f"mingcha/restored/1 1 {_B}")),
        (_stating(5, _TWICE), _stating(5, _ONCE)),
        (_stating(5, _ONCE), _stating(6, f"mingcha/restored/1 1 {_B}")),
        (_stating(5, _TWICE), _stating(6, _ONCE)),
        (_stating(5, _GONE), _stating(6)),
    ],
)
def test_a_head_that_takes_back_what_one_before_it_said_is_refused(before: Head, now: Head) -> None:
    """The key has signed two histories; no proof of the tree shows it."""
    nobody = Source("http://127.0.0.1:9", attempts=1)
    with pytest.raises(Untrusted, match="two histories"):
        require_continued(nobody, before, now)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (_stating(5), _stating(5, _GONE)),
        (_stating(5, _GONE), _stating(5, _GONE)),
        (_stating(5, _GONE), _stating(5, _ONCE, _GONE)),
    ],
)
def test_an_upgrade_and_a_restoration_to_just_there_are_lawful(before: Head, now: Head) -> None:
    require_continued(Source("http://127.0.0.1:9", attempts=1), before, now)


def test_an_older_state_is_refused_as_what_it_is_and_not_called_another_history() -> None:
    """A replica that has not caught up shows one, and so does a register that was put back."""
    nobody = Source("http://127.0.0.1:9", attempts=1)
    with pytest.raises(Untrusted, match="an older state"):
        require_continued(nobody, _stating(6, _GONE), _stating(5, _GONE))


@pytest.mark.parametrize("between", ["\n", "\nexample/else\r", "\nexample/else\u2028"])
def test_a_head_that_says_one_thing_twice_is_refused(between: str) -> None:
    """One of them what the copy has seen, the other what the records are by now."""
    nobody = Source("http://127.0.0.1:9", attempts=1)
    with pytest.raises(Untrusted):
        require_continued(
            nobody, _stating(5), _stating(5, records=f"{_B}{between}mingcha/records/1 {_A}")
        )
