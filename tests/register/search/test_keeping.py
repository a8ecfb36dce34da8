"""The index is made again by itself whenever it cannot be followed; one process writes at a time."""

import shutil
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.records import Kind
from portal.register.search import subscriber
from portal.register.search.keeping import Place, catch_up, follow
from portal.register.search.model import Answer, Query, Term
from portal.register.search.opening import open_engine, open_writer
from portal.register.search.subscriber import Reached
from portal.register.search.turns import IndexBusy, turn
from portal.register.tables.changes import EpochRow
from portal.register.writer import open_pen
from tests.register.makers import a_public_agency, a_public_entity, a_public_result
from tests.register.search.test_following import KINDS, START, Act, play, record

#: Takes the turn that its argument names, says so, and keeps it.
_HOLD = """
import sys, time
from pathlib import Path
from portal.register.search.turns import turn

with turn(Path(sys.argv[1]), patience=0):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def place(data: Path) -> Place:
    return Place.of(f"whoosh://{data / 'search'}", data)


def _publish(engine: sa.Engine) -> None:
    with open_pen(engine, now=START) as pen:
        pen.append(a_public_agency())
        pen.append(a_public_entity())
        pen.append(a_public_result())


def _ask(place: Place, text: str) -> Answer:
    return open_engine(place.url).search(Query(groups=((Term(text),),), facets=("kind",)))


def test_an_empty_register_has_no_index(migrated_register: sa.Engine, place: Place) -> None:
    assert catch_up(migrated_register, place) == Reached(0, 0, rebuilt=False)


def test_the_first_run_builds_and_the_next_one_follows(
    migrated_register: sa.Engine, place: Place
) -> None:
    _publish(migrated_register)

    first, again = catch_up(migrated_register, place), catch_up(migrated_register, place)
    with open_pen(migrated_register, now=START + timedelta(days=1)) as pen:
        pen.append(a_public_entity(name="示例市白榆食品有限公司"))
    renamed = catch_up(migrated_register, place)

    assert (first, again) == (Reached(3, 3, rebuilt=True), Reached(3, 0, rebuilt=False))
    assert renamed == Reached(4, 2, rebuilt=False)
    assert _ask(place, "白榆").facets == {"kind": {"entity": 1, "result": 1}}
    assert _ask(place, "青禾").total == 0


@pytest.mark.parametrize("harm", ["gone", "list", "segment", "shape", "epoch", "ahead"])
def test_an_index_that_cannot_be_followed_is_built_again(
    harm: str,
    migrated_register: sa.Engine,
    place: Place,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _publish(migrated_register)
    catch_up(migrated_register, place)
    folder = data / "search"
    if harm == "gone":
        shutil.rmtree(folder)
    elif harm == "list":
        (folder / "CURRENT").write_bytes(b"00000000\n{}")
    elif harm == "segment":
        for path in folder.glob("*.segment"):
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        with open_pen(migrated_register, now=START + timedelta(days=1)) as pen:
            pen.append(a_public_entity(region="990101"))
    elif harm == "shape":
        monkeypatch.setattr(subscriber, "SHAPE", 2)
    elif harm == "epoch":
        with Session(migrated_register) as session:
            session.execute(sa.update(EpochRow).values(value="another"))
            session.commit()
    else:
        open_writer(place.url).apply((), (), serial=99, purge=False)

    reached = catch_up(migrated_register, place)

    assert reached is not None
    assert reached.rebuilt
    assert _ask(place, "青禾").facets == {"kind": {"entity": 1, "result": 1}}


def test_a_byte_that_changed_by_itself_is_found_by_reading_all(
    migrated_register: sa.Engine, place: Place, data: Path
) -> None:
    _publish(migrated_register)
    catch_up(migrated_register, place)
    segment = next((data / "search").glob("*.segment"))
    content = bytearray(segment.read_bytes())
    content[len(content) // 3] ^= 1
    segment.write_bytes(content)

    assert catch_up(migrated_register, place) == Reached(3, 0, rebuilt=False)
    assert catch_up(migrated_register, place, thorough=True) == Reached(3, 3, rebuilt=True)


def test_what_is_published_is_found_while_the_follower_runs(
    migrated_register: sa.Engine, place: Place
) -> None:
    told: list[Reached] = []
    moved, stop = threading.Event(), threading.Event()

    def tell(reached: Reached) -> None:
        told.append(reached)
        moved.set()

    runner = threading.Thread(
        target=follow,
        args=(migrated_register, place),
        kwargs={"tell": tell, "lost": pytest.fail, "stop": stop},
    )
    runner.start()
    try:
        _publish(migrated_register)
        assert moved.wait(60)
    finally:
        stop.set()
        runner.join()

    assert told[-1].serial == 3
    assert _ask(place, "青禾").total == 2


def test_two_writers_take_turns(tmp_path: Path) -> None:
    lock = tmp_path / "search.lock"
    with turn(lock, patience=0):
        with pytest.raises(IndexBusy):
            with turn(lock, patience=0.1):
                pytest.fail("two at once")
    with turn(lock, patience=0):
        pass


def test_the_turn_of_a_killed_process_is_over(tmp_path: Path) -> None:
    lock = tmp_path / "search.lock"
    holder = subprocess.Popen(
        [
            sys.executable, "-c",
            _HOLD,
            str(lock),
        ],
        stdout=subprocess.PIPE,
    )  # fmt: skip
    assert holder.stdout is not None
    holder.stdout.readline()
    with pytest.raises(IndexBusy):
        with turn(lock, patience=0):
            pytest.fail("two at once")

    holder.kill()
    holder.communicate()

    with turn(lock, patience=5):
        pass


def test_the_real_index_answers_the_same_followed_or_built(
    migrated_register: sa.Engine, place: Place, tmp_path: Path
) -> None:
    """The law of test_following, for every kind at once and with the engine itself."""
    acts = [Act("put", kind, number, 0) for kind in KINDS for number in range(3)]
    acts += [Act("put", kind, 0, variant) for variant in (1, 2, 3) for kind in KINDS]
    acts += [Act("withdraw", kind, 1, 0) for kind in reversed(KINDS) if kind is not Kind.AGENCY]
    with open_pen(migrated_register, now=START) as pen:
        for act in acts[: 3 * len(KINDS)]:
            pen.append(record(act))
    for number, act in enumerate(acts[3 * len(KINDS) :], 1):
        play(migrated_register, act, number)
        if not number % 5:
            catch_up(migrated_register, place)
    catch_up(migrated_register, place)
    fresh = Place.of(f"whoosh://{tmp_path / 'fresh'}", tmp_path)
    catch_up(migrated_register, fresh)

    for text in (
        "示例市",
        "0号局",
        "任务",
        "第",
        "计划0",
        "事项",
        "责令改正",
        "旧名店",
        "T0",
        "商业秘密",
    ):
        query = Query(
            groups=((Term(text),),), facets=("kind", "agency", "year", "joint"), limit=100
        )
        assert open_engine(place.url).search(query) == open_engine(fresh.url).search(query), text
