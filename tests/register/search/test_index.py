"""What lies in the folder: generations, what is gone for good, what is damaged."""

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from portal.register.search.engines.whoosh import WhooshEngine, WhooshWriter
from portal.register.search.grammar import read
from portal.register.search.model import Busy, Damaged, NoIndex, Query, TooMuch
from tests.register.search.makers import SECRET, a_document


def _ask(text: str, **more: object) -> Query:
    return Query(groups=read(text).groups, **more)  # type: ignore[arg-type]  # any field may be given


def _found(engine: WhooshEngine, text: str) -> list[str]:
    return [hit.public_id for hit in engine.search(_ask(text)).hits]


def test_without_an_index_the_serial_is_0_and_questions_say_so(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path)

    assert engine.serial() == 0
    assert WhooshWriter(tmp_path).epoch() is None
    with pytest.raises(NoIndex):
        engine.search(_ask("甲"))


def test_a_change_is_seen_at_the_next_question_and_old_files_are_gone(tmp_path: Path) -> None:
    writer, engine = WhooshWriter(tmp_path), WhooshEngine(tmp_path)
    writer.rebuild(map(a_document, range(100)), serial=1, epoch="first")
    before = engine.search(_ask("食品", limit=3))

    writer.apply([a_document(100)], ["r_000099"], serial=2, purge=False)

    assert (before.total, before.serial) == (100, 1)
    assert _found(engine, "食品")[:2] == ["r_000098", "r_000100"]
    assert (engine.serial(), writer.epoch()) == (2, "first")
    writer.rebuild([], serial=3, epoch="second")
    assert [path.name for path in tmp_path.iterdir() if path.name != "WRITELOCK"] == ["CURRENT"]


def test_it_is_torn_from_the_first_part_of_a_change_to_the_last(tmp_path: Path) -> None:
    writer = WhooshWriter(tmp_path)
    assert not writer.torn()
    writer.rebuild([], serial=1, epoch="e")
    told = [writer.torn()]
    for number, serial in ((1, 1), (2, 1), (3, 2)):
        writer.apply([a_document(number)], [], serial=serial, purge=False)
        told.append(writer.torn())

    assert told == [False, True, True, False]


def test_many_small_changes_are_merged_and_nothing_is_lost(tmp_path: Path) -> None:
    writer, engine = WhooshWriter(tmp_path), WhooshEngine(tmp_path)
    writer.rebuild([], serial=0, epoch="e")
    for number in range(70):
        writer.apply([a_document(number)], [], serial=number + 1, purge=False)

    answer = engine.search(_ask("食品", limit=100, order="date"))

    assert [hit.public_id for hit in answer.hits] == [
        d.public_id
        for d in sorted(map(a_document, range(70)), key=lambda d: (-d.day.toordinal(), d.public_id))
    ]
    assert len(list(tmp_path.glob("*.segment"))) < 16


@pytest.mark.parametrize("order", ["date", "relevance"])
def test_a_page_beyond_the_last_hit_is_empty_also_where_older_records_are_no_hits(
    tmp_path: Path, order: str
) -> None:
    writer, engine = WhooshWriter(tmp_path), WhooshEngine(tmp_path)
    old = a_document(1, names=("无关",), titles=(), texts=(), day=date(2001, 1, 1))
    writer.rebuild([old, a_document(2), a_document(3)], serial=1, epoch="e")
    writer.apply([a_document(4)], [], serial=2, purge=False)

    answer = engine.search(_ask("食品", offset=3, order=order))

    assert (answer.hits, answer.total) == ((), 3)


@pytest.mark.parametrize("replaced_before", [False, True])
def test_of_a_purged_record_no_byte_is_left(tmp_path: Path, *, replaced_before: bool) -> None:
    writer, engine = WhooshWriter(tmp_path), WhooshEngine(tmp_path)
    told = {
        "names": (SECRET,),
        "titles": (SECRET,),
        "texts": (SECRET,),
        "identifiers": ("QILINPIXIU",),
    }
    secret = a_document(
        50, kind="entity", public_id="r_secret", **told, facets={"item": ("i_secret",)}
    )
    writer.rebuild([*map(a_document, range(50)), secret], serial=1, epoch="e")
    if replaced_before:
        writer.apply(
            [a_document(50, kind="entity", public_id="r_secret")], [], serial=2, purge=False
        )
    needles = [
        SECRET.encode(),
        *(a + b for a, b in pairwise(_units(SECRET))),
        b"qilin",
        b"r_secret",
        b"i_secret",
    ]
    files = [path.read_bytes() for path in tmp_path.iterdir()]
    assert any(SECRET.encode("utf-16-le") in each for each in files)

    writer.apply([], ["r_secret"], serial=3, purge=True)

    left = [path.read_bytes() for path in tmp_path.iterdir()]
    assert [needle for needle in needles for each in left if needle in each] == []
    assert _found(engine, SECRET) == []
    assert engine.suggest(SECRET[:2]) == engine.suggest("qilin") == engine.spelling(SECRET) == []
    assert engine.search(_ask("")).total == 50


def test_a_purge_leaves_no_byte_of_older_versions_either(tmp_path: Path) -> None:
    """A document that named the record once, and does no more, lies in a segment that the purge has no cause to open."""
    writer = WhooshWriter(tmp_path)
    writer.rebuild([a_document(1, texts=(SECRET,)), a_document(2)], serial=1, epoch="e")
    writer.apply([a_document(1), a_document(3)], [], serial=2, purge=False)
    before = [path for path in tmp_path.iterdir() if _holds(path)]

    writer.apply([], ["r_000003"], serial=3, purge=True)

    assert len(before) == 1
    assert [path for path in tmp_path.iterdir() if _holds(path)] == []


def _holds(path: Path) -> bool:
    return SECRET.encode("utf-16-le") in path.read_bytes()


def _units(text: str) -> list[bytes]:
    return [character.encode("utf-16-le") for character in text]


def _held(folder: Path) -> set[str]:
    """Return the files of `folder` that this process has mapped and that are no more."""
    rows = Path("/proc/self/maps").read_text("utf-8").splitlines()
    return {row.split(f"{folder}/")[1] for row in rows if f"{folder}/" in row and "deleted" in row}


def test_who_stays_lets_go_of_files_that_another_writer_replaced(tmp_path: Path) -> None:
    one, other = WhooshWriter(tmp_path), WhooshWriter(tmp_path)
    one.rebuild(map(a_document, range(100)), serial=1, epoch="e")
    one.apply([a_document(100)], [], serial=2, purge=False)
    assert _held(tmp_path) == set()

    other.apply([], ["r_000099"], serial=3, purge=True)
    held = _held(tmp_path)
    one.epoch()

    assert (len(held), _held(tmp_path)) == (1, set())


@pytest.mark.parametrize("harm", ["cut", "gone"])
def test_a_writer_that_stays_is_told_of_damage_to_what_it_holds_open(
    tmp_path: Path, harm: str
) -> None:
    writer = WhooshWriter(tmp_path)
    writer.rebuild(map(a_document, range(100)), serial=1, epoch="e")
    writer.apply([a_document(100)], [], serial=2, purge=False)
    path = max(tmp_path.glob("*.segment"), key=lambda each: each.stat().st_size)
    content = path.read_bytes()
    path.unlink()
    if harm == "cut":
        path.write_bytes(content[:-1])

    with pytest.raises(Damaged):
        writer.apply([a_document(101)], [], serial=3, purge=False)


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    writer = WhooshWriter(tmp_path)
    with writer._lock(), pytest.raises(Busy):
        WhooshWriter(tmp_path).rebuild([], serial=1, epoch="e")


@pytest.mark.parametrize("name", ["CURRENT", "segment"])
@pytest.mark.parametrize("harm", ["cut", "changed", "gone"])
def test_damage_is_told_and_mended_by_rebuilding(tmp_path: Path, name: str, harm: str) -> None:
    writer = WhooshWriter(tmp_path)
    writer.rebuild(map(a_document, range(20)), serial=1, epoch="e")
    path = next(path for path in tmp_path.iterdir() if path.name.endswith(name))
    content = path.read_bytes()
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(content[:-9] if harm == "cut" else content[:-40] + b"x" * 40)

    with pytest.raises((Damaged, NoIndex)):
        WhooshEngine(tmp_path).search(_ask("食品"))

    WhooshWriter(tmp_path).rebuild(map(a_document, range(20)), serial=1, epoch="e")
    assert WhooshEngine(tmp_path).search(_ask("食品")).total == 20


def test_a_question_that_takes_too_long_is_answered_with_a_hint(tmp_path: Path) -> None:
    WhooshWriter(tmp_path).rebuild(map(a_document, range(20)), serial=1, epoch="e")

    with pytest.raises(TooMuch, match="增加关键词"):
        WhooshEngine(tmp_path, budget=0).search(_ask("限期整改"))


@pytest.mark.parametrize(
    "text",
    [
        "?*?*?*",
        "*",
        "甲" * 10_000,
        " OR ".join(["食品"] * 1000),
        "\0" * 50,
        "食\0品",
        "a" * 10_000,
        "[甲 TO 乙]",
    ],
)
def test_hostile_questions_are_answered(tmp_path: Path, text: str) -> None:
    WhooshWriter(tmp_path).rebuild(map(a_document, range(200)), serial=1, epoch="e")

    assert WhooshEngine(tmp_path).search(_ask(text)).total <= 200


def test_suggestions_know_names_codes_and_pinyin(tmp_path: Path) -> None:
    company = a_document(
        1, kind="entity", public_id="e_1", names=("示例甲食品有限公司", "Lizi Foods")
    )
    WhooshWriter(tmp_path).rebuild([company, a_document(2)], serial=1, epoch="e")
    engine = WhooshEngine(tmp_path)

    for prefix in ("示例甲", "slj", "shilijia", "Liz", "9131" + "0" * 13):
        assert [hit.public_id for hit in engine.suggest(prefix, kinds=("entity",))] == ["e_1"], (
            prefix
        )
    assert engine.suggest("") == []


def test_spelling_finds_names_and_codes_that_are_nearly_the_same(tmp_path: Path) -> None:
    company = a_document(1, kind="entity", public_id="e_1", names=("示例甲食品有限公司",))
    WhooshWriter(tmp_path).rebuild([company], serial=1, epoch="e")
    engine = WhooshEngine(tmp_path)

    for wrong in (
        "示例甲时品有现公司",
        "示例甲食品公司",
        "913100000000000010",
        "913100000000000002",
    ):
        assert [hit.public_id for hit in engine.spelling(wrong)] == ["e_1"], wrong
    assert engine.spelling("完全不同的名称") == []
