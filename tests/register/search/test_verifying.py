"""Whatever an index says otherwise than the register is found, and an index that follows it says nothing otherwise."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from sqlalchemy.orm import Session

from portal.register.records import Kind
from portal.register.search import verifying
from portal.register.search.documents import document
from portal.register.search.index import filing, manifest
from portal.register.search.index.segment import Segment
from portal.register.search.keeping import Place, catch_up, verify
from portal.register.search.opening import open_engine, open_writer
from portal.register.search.sources import load
from portal.register.search.subscriber import Subscriber
from tests.register.search.test_following import KINDS, Act, acts, play
from tests.stage import register_alone


@pytest.fixture
def place(data: Path) -> Place:
    return Place.of(f"whoosh://{data / 'search'}", data)


@pytest.fixture
def full(migrated_register: sa.Engine, place: Place) -> sa.Engine:
    """A register with three records of each kind, and its index."""
    for number, kind in enumerate(KINDS):
        for each in range(3):
            play(migrated_register, Act("put", kind, each, 0), number)
    catch_up(migrated_register, place)
    return migrated_register


def _written(engine: sa.Engine, place: Place, kind: str, named: str, /, **changes: object) -> None:
    """Put a document by hand into the index, as the office's own code would write it."""
    with Session(engine) as session:
        source = load(session, {kind: [named]})[named]
    made = replace(document(source), **changes)  # type: ignore[arg-type]  # any field may be changed
    open_writer(place.url).apply([made], [], serial=_serial(place), purge=False)
    _whole(place)


def _serial(place: Place) -> int:
    return open_engine(place.url).serial()


def _whole(place: Place) -> None:
    """Have the index say that nothing of a change is missing."""
    folder = place.lock.parent / "search"
    manifest.write(folder, replace(manifest.read(folder), torn=False))


def _hidden(engine: sa.Engine, place: Place) -> None:
    del engine
    open_writer(place.url).apply([], ["e_1"], serial=_serial(place), purge=True)
    _whole(place)


def _renamed(engine: sa.Engine, place: Place) -> None:
    _written(engine, place, "entity", "e_1", names=("示例市别名店",))


def _moved(engine: sa.Engine, place: Place) -> None:
    _written(engine, place, "result", "r_1", facets={"entity": ("e_2",), "year": ("2024",)})


def _invented(engine: sa.Engine, place: Place) -> None:
    _written(engine, place, "entity", "e_1", public_id="e_7")


def _twice(engine: sa.Engine, place: Place) -> None:
    """Have one document twice and another not at all, so that their number is right."""
    folder = place.lock.parent / "search"
    _written(engine, place, "entity", "e_1")
    found = manifest.read(folder)
    old = replace(found.members[0], dead=None)
    manifest.write(folder, replace(found, members=(old, *found.members[1:])))


def _unpaired(engine: sa.Engine, place: Place) -> None:
    """Take the documents out of a pair of characters: texts and names stay, and are not found by it."""
    del engine
    folder = place.lock.parent / "search"
    found = manifest.read(folder)
    segment = Segment(folder, found.members[0].segment)
    names = segment.mapped._table
    arrays = {name: segment.mapped.array(name) for name in names}
    arrays["grams.texts.posts"] = np.zeros_like(arrays["grams.texts.posts"])
    filed = filing.write(folder / "other.segment", arrays)
    manifest.write(folder, replace(found, members=(manifest.Member(filed), *found.members[1:])))


@pytest.mark.parametrize("deed", [_hidden, _renamed, _moved, _invented, _twice, _unpaired])
def test_what_was_put_into_an_index_or_taken_out_by_hand_is_found(
    deed: Callable[[sa.Engine, Place], None], full: sa.Engine, place: Place
) -> None:
    before = verify(full, place)

    deed(full, place)

    followed = catch_up(full, place, thorough=True)
    assert followed is not None
    assert (before, followed.rebuilt) == ([], False)
    assert any("与登记册不符" in each for each in verify(full, place))
    catch_up(full, place, rebuild=True)
    assert verify(full, place) == []


@pytest.mark.parametrize("name", ["kinds", "document_of", "ids.order", "names.text", "names.heads"])
def test_of_a_piece_that_was_scrubbed_the_words_and_places_are_held(
    name: str, full: sa.Engine, place: Place
) -> None:
    folder = place.lock.parent / "search"
    play(full, Act("withdraw", Kind.RESULT, 1, 0), 50)
    catch_up(full, place)
    found = manifest.read(folder)
    segment = Segment(folder, found.members[0].segment)
    assert segment.empty
    before = verify(full, place)

    arrays = {each: segment.mapped.array(each) for each in segment.mapped._table}
    #: Neither longer nor of other things: the first two that differ have changed their places.
    other = arrays[name].copy()
    at = int(np.flatnonzero(other[:-1] != other[1:])[-1])
    other[[at, at + 1]] = other[[at + 1, at]]
    filed = filing.write(folder / "other.segment", arrays | {name: other})
    members = (replace(found.members[0], segment=filed), *found.members[1:])
    manifest.write(folder, replace(found, members=members))

    assert before == []
    assert any("与登记册不符" in each for each in verify(full, place))


def test_an_index_that_is_not_there_or_behind_or_broken_is_told(
    full: sa.Engine, place: Place
) -> None:
    folder = place.lock.parent / "search"
    play(full, Act("put", Kind.ENTITY, 1, 1), 50)
    behind = verify(full, place)
    catch_up(full, place)
    segment = next(folder.glob("*.segment"))
    content = bytearray(segment.read_bytes())
    content[len(content) // 3] ^= 1
    segment.write_bytes(content)
    broken = verify(full, place)
    for each in folder.iterdir():
        each.unlink()

    assert [("现在之处" in each) for each in behind] == [True]
    assert [("不是所写的那一份" in each) for each in broken] == [True]
    assert [("没有检索索引" in each) for each in verify(full, place)] == [True]


def test_an_index_on_a_server_is_not_called_right(full: sa.Engine, place: Place) -> None:
    elsewhere = Place("opensearch://127.0.0.1:1/mingcha", place.lock)

    assert ["不能逐篇核对" in each for each in verify(full, elsewhere)] == [True]


@given(history=acts())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_an_index_that_followed_any_history_is_right(
    history: list[Act], migrated: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    engine, folder = register_alone(migrated), tmp_path_factory.mktemp("search")
    url = f"whoosh://{folder}"
    for number, act in enumerate([Act("put", kind, 0, 0) for kind in KINDS] + history):
        if act.verb == "follow":
            Subscriber(engine, open_engine(url), open_writer(url)).catch_up()
        else:
            play(engine, act, number)
    Subscriber(engine, open_engine(url), open_writer(url)).catch_up()

    with Session(engine) as session:
        assert list(verifying.faults(session, folder)) == []
