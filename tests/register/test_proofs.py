"""The tree of RFC 9162: equal to its definition, to known values, and proofs that prove nothing else."""

import random
from hashlib import sha256

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.domain import merkle
from portal.domain.errors import LogBroken
from portal.domain.merkle import HEIGHT, WIDTH
from portal.register.proofs.entries import canonical_of, commitment, entry
from portal.register.proofs.note import BadNote, Checkpoint, Signer, Verifier, split
from portal.register.proofs.tiles import Growing, KeptNodes, resumed
from portal.register.records import encode
from portal.register.tables.log import TileRow
from tests.register.makers import a_public_result
from tests.register.test_history import START

#: The leaves of Certificate Transparency's own tests (RFC 6962), and the roots over 0 to 8 of them.
LEAVES = [
    bytes.fromhex(each)
    for each in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
#: Published beside them: index, size, path.
PATHS = (
    (0, 1, ()),
    (0, 8, ("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")),
    (5, 8, ("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")),
    (2, 3, ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",)),
    (1, 5, ("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")),
)  # fmt: skip
CONTINUATIONS = (
    (1, 1, ()),
    (1, 8, ("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")),
    (6, 8, ("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")),
    (2, 5, ("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")),
)  # fmt: skip


# The definition, word for word (RFC 9162, 2.1), slow and independent of the code under test.


def _mth(leaves: list[bytes]) -> bytes:
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = _k(len(leaves))
    return sha256(b"\x01" + _mth(leaves[:k]) + _mth(leaves[k:])).digest()


def _k(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def _path(m: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = _k(len(leaves))
    if m < k:
        return [*_path(m, leaves[:k]), _mth(leaves[k:])]
    return [*_path(m - k, leaves[k:]), _mth(leaves[:k])]


def _subproof(m: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if whole else [_mth(leaves)]
    k = _k(len(leaves))
    if m <= k:
        return [*_subproof(m, leaves[:k], whole=whole), _mth(leaves[k:])]
    return [*_subproof(m - k, leaves[k:], whole=False), _mth(leaves[:k])]


def _leaves(count: int) -> list[bytes]:
    return [f"leaf {n}".encode() for n in range(count)]


def _nodes(leaves: list[bytes]) -> merkle.Nodes:
    def nodes(level: int, index: int) -> bytes:
        covered = leaves[index << level : (index + 1) << level]
        assert len(covered) == 1 << level, "only perfect subtrees are kept"
        return _mth(covered)

    return nodes


_SIZES = st.integers(1, 70)


def test_roots_are_the_published_ones() -> None:
    found = [merkle.root(size, _nodes(LEAVES)).hex() for size in range(9)]

    assert tuple(found) == ROOTS
    assert tuple(_mth(LEAVES[:size]).hex() for size in range(9)) == ROOTS


@pytest.mark.parametrize(("index", "size", "path"), PATHS)
def test_inclusion_paths_are_the_published_ones(
    index: int, size: int, path: tuple[str, ...]
) -> None:
    found = merkle.inclusion_path(index, size, _nodes(LEAVES))

    assert tuple(each.hex() for each in found) == path
    root = bytes.fromhex(ROOTS[size])
    assert merkle.is_included(merkle.leaf_hash(LEAVES[index]), index, size, found, root)


@pytest.mark.parametrize(("first", "second", "path"), CONTINUATIONS)
def test_consistency_paths_are_the_published_ones(
    first: int, second: int, path: tuple[str, ...]
) -> None:
    found = merkle.consistency_path(first, second, _nodes(LEAVES))

    assert tuple(each.hex() for each in found) == path
    roots = bytes.fromhex(ROOTS[first]), bytes.fromhex(ROOTS[second])
    assert merkle.is_consistent(first, second, found, *roots)


@given(size=_SIZES, data=st.data())
def test_an_inclusion_proof_is_the_defined_one_and_proves_that_leaf_alone(
    size: int, data: st.DataObject
) -> None:
    leaves = _leaves(size)
    index = data.draw(st.integers(0, size - 1))

    path = merkle.inclusion_path(index, size, _nodes(leaves))

    root, leaf = _mth(leaves), merkle.leaf_hash(leaves[index])
    assert path == _path(index, leaves)
    assert merkle.is_included(leaf, index, size, path, root)
    assert not merkle.is_included(merkle.leaf_hash(b"other"), index, size, path, root)
    assert not any(
        merkle.is_included(leaf, other, size, path, root) for other in range(-1, size + 2) if other != index
    )  # fmt: skip
    assert not merkle.is_included(leaf, index, size, [*path, root], root)
    assert not merkle.is_included(leaf, index, size, path[:-1], root) or not path
    for place in range(len(path)):
        broken = [*path]
        broken[place] = bytes([broken[place][0] ^ 1]) + broken[place][1:]
        assert not merkle.is_included(leaf, index, size, broken, root)


@given(second=_SIZES, data=st.data())
def test_a_consistency_proof_is_the_defined_one_and_proves_that_beginning_alone(
    second: int, data: st.DataObject
) -> None:
    leaves = _leaves(second)
    first = data.draw(st.integers(1, second))

    path = merkle.consistency_path(first, second, _nodes(leaves))

    old, new = _mth(leaves[:first]), _mth(leaves)
    assert path == (_subproof(first, leaves, whole=True) if first < second else [])
    assert merkle.is_consistent(first, second, path, old, new)
    forked = _mth([*leaves[: first - 1], b"other"])
    assert not merkle.is_consistent(first, second, path, forked, new)
    assert not merkle.is_consistent(first, second, path, old, forked)
    assert not merkle.is_consistent(first, second, [*path, old], old, new)
    for place in range(len(path)):
        broken = [*path]
        broken[place] = bytes([broken[place][0] ^ 1]) + broken[place][1:]
        assert not merkle.is_consistent(first, second, broken, old, new)


@given(st.integers(0, 300))
def test_a_frontier_has_the_root_of_the_whole_tree(size: int) -> None:
    frontier = merkle.Frontier()
    for leaf in _leaves(size):
        frontier.add(merkle.leaf_hash(leaf))

    assert (frontier.size, frontier.root()) == (size, _mth(_leaves(size)))


def test_there_is_no_proof_for_what_is_not_in_the_tree() -> None:
    for index, size in ((3, 3), (-1, 3), (0, 0)):
        with pytest.raises(ValueError, match="no such leaf"):
            merkle.inclusion_path(index, size, _nodes(LEAVES))
    for first, second in ((0, 3), (4, 3)):
        with pytest.raises(ValueError, match="sizes"):
            merkle.consistency_path(first, second, _nodes(LEAVES))


def _keep(session: Session, growing: Growing) -> None:
    for level, number, hashes in [*growing.full(), *growing.edges()]:
        session.merge(TileRow(level=level, number=number, hashes=hashes))
    session.flush()


def test_kept_tiles_answer_as_the_whole_tree_does_whatever_was_appended_at_a_time(
    migrated_register: sa.Engine,
) -> None:
    random_ = random.Random(9162)
    total = WIDTH * WIDTH + 700
    hashes = [sha256(n.to_bytes(4, "big")).digest() for n in range(total)]
    levels = [hashes]
    while len(levels[-1]) > 1:
        row = levels[-1]
        pairs = zip(row[: len(row) // 2 * 2 : 2], row[1::2], strict=True)
        levels.append([merkle.node_hash(left, right) for left, right in pairs])

    with Session(migrated_register) as session:
        size = 0
        while size < total:
            growing = resumed(session, size)
            step = random_.choice((1, 255, 256, 257, 9_000))
            for leaf in hashes[size : size + step]:
                growing.add(leaf)
            size = growing.size
            _keep(session, growing)
        reads: list[str] = []
        sa.event.listen(migrated_register, "before_cursor_execute", lambda *e: reads.append(e[2]))
        for _ in range(50):
            level = random_.randrange(17)
            index = random_.randrange(len(levels[level]))
            assert KeptNodes(session)(level, index) == levels[level][index]
        reads.clear()
        path = merkle.inclusion_path(12_345, total, KeptNodes(session))
        assert len(reads) <= 2 * 3
        assert merkle.is_included(
            hashes[12_345], 12_345, total, path, merkle.root(total, KeptNodes(session))
        )
        rows = session.scalar(sa.select(sa.func.count()).select_from(TileRow))
    assert rows == -(-total // WIDTH) + -(-(total >> HEIGHT) // WIDTH) + 1


def test_a_missing_tile_is_told_and_not_computed_around(migrated_register: sa.Engine) -> None:
    with Session(migrated_register) as session:
        with pytest.raises(LogBroken):
            KeptNodes(session)(0, 0)
        with pytest.raises(LogBroken):
            resumed(session, 1)


def test_an_entry_and_its_commitment_have_a_fixed_form() -> None:
    sealed = commitment(bytes(32), b'{"id":"r_1"}')
    by_hand = sha256(
        b"\x00\x00\x00\x10dsr-log/1/commit" b"\x00\x00\x00\x20" + bytes(32)
        + b'\x00\x00\x00\x0c{"id":"r_1"}'
    ).digest()  # fmt: skip

    assert sealed == by_hand
    assert (
        entry("amend", "result", START, sealed, 8)
        == (
            f'{{"at":"2025-01-06T09:00:00+08:00","commitment":"{sealed.hex()}","of":7,"type":"amend"}}'
        ).encode()
    )
    assert entry("publish", "withheld", START, sealed, None).endswith(b',"type":"notice"}')
    assert entry("publish", "result", START, sealed, None).endswith(b',"type":"publish"}')


def test_the_text_that_is_committed_to_has_sorted_keys() -> None:
    body = encode(a_public_result(unit="市场监管一所")).decode()

    assert canonical_of(body).decode() == (
        '{"agency_id":"a_1","entity_id":"e_1","findings":[{"item_id":"i_1",'
        '"item_name":"食品经营许可情况检查","outcomes":["no_problem"]}],"id":"r_1",'
        '"inspected_on":"2025-05-20","unit":"市场监管一所"}'
    )
    assert canonical_of(body) == canonical_of(canonical_of(body).decode())


#: The example of C2SP's signed-note and the one of Go's sumdb/note, each with its key.
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = """\
This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
"""
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_SKEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_TEXT = """\
If you think cryptography is the answer to your problem,
then you don't know what your problem is.
"""
GO_SIGNATURE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"


def test_notes_and_keys_of_others_are_read_and_written_alike() -> None:
    signer = Signer.of(GO_SKEY)

    assert Verifier.of(EXAMPLE_KEY).opens(EXAMPLE)
    assert signer.sign(GO_TEXT) == f"{GO_TEXT}\n{GO_SIGNATURE}"
    assert signer.verifier.vkey == GO_VKEY
    assert signer.text == GO_SKEY + "\n"
    assert not Verifier.of(EXAMPLE_KEY).opens(f"{GO_TEXT}\n{GO_SIGNATURE}")


def test_a_key_and_a_note_survive_being_written_and_read() -> None:
    signer = Signer.new("mingcha.example/log")
    note = signer.sign(Checkpoint(signer.name, 5, bytes(range(32))).text)

    assert Signer.of(signer.text).sign("text\n") == signer.sign("text\n")
    assert Verifier.of(signer.verifier.vkey).opens(note)
    assert Checkpoint.of(note) == Checkpoint("mingcha.example/log", 5, bytes(range(32)))
    assert [name for name, _, _ in split(note)[1]] == ["mingcha.example/log"]
    assert not Signer.new("mingcha.example/log").verifier.opens(note)


@given(st.data())
def test_a_changed_note_is_not_opened(data: st.DataObject) -> None:
    signer = Signer.new("mingcha.example/log")
    note = signer.sign(Checkpoint(signer.name, 5, bytes(32)).text)
    at = data.draw(st.integers(0, len(note) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda c: c != note[at]))
    changed = note[:at] + other + note[at + 1 :]

    try:
        opened = signer.verifier.opens(changed)
    except BadNote:
        opened = False
    assert not opened


@pytest.mark.parametrize(
    "text",
    ["", "a+b", "name+00000000+AQ==", "na me+00000000+ARmJ", f"{EXAMPLE_KEY[:-1]}s", "x" * 500],
)
def test_a_damaged_key_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        Verifier.of(text)
    with pytest.raises(BadNote):
        Signer.of(f"PRIVATE+KEY+{text}")


@pytest.mark.parametrize(
    "text",
    ["o\n5\n", "o\n05\nAAAA\n", "o\n-1\n" + "A" * 43 + "=\n", "o\n5\n" + "A" * 43 + "=", "5\n"],
)
def test_a_note_that_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        Checkpoint.of(Signer.new("o").sign(text))
