"""The contract of search: every engine gives the same query the same ids, order, totals and counts.

What is right is said by `naive`, which reads every document.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.register.search import grammar, keeping, synonyms
from portal.register.search.engines import opensearch
from portal.register.search.keeping import Place
from portal.register.search.model import Damaged, Document, Hit, NoIndex, Query, Term
from portal.register.search.remote import questions, rows
from portal.register.search.subscriber import Reached, Subscriber
from portal.register.writer import open_pen
from tests.register.search import naive
from tests.register.search.conftest import ON_A_SERVER, Ground
from tests.register.search.makers import SECRET, a_document
from tests.register.search.memory import Memory
from tests.register.search.test_following import KINDS, START, Act, play, record
from tests.register.search.texts import documents, queries

ROOT = Path(__file__).resolve().parents[3]
MANY = [a_document(number) for number in range(400)]
#: What people type: words, phrases, minus, OR, parts, codes, synonyms, other widths and scripts, nonsense.
TYPED = [
    "", "食品", "食", "食品 检查", "限期整改", "改正 OR 未发现", "食品 -改正", "-改正", "“责令限期”", "示例市第3食品有限公司",
    "第３", "第13食品", "2024", "检查計劃", "示检〔2024〕7号", "示检 2024 7", "9131", "91310000000000003", "913100000000000012",
    "摇号", "品食", "。，", "食品 OR", "甲 OR 乙 OR 食品", "现场检查未发现问题 -第3", "有限公司 計畫 2024年度",
]  # fmt: skip


def _asked(text: str, **more: object) -> Query:
    groups = synonyms.expand(grammar.read(text).groups, known=synonyms.usual())
    return Query(groups=groups, **more)  # type: ignore[arg-type]  # any field may be given


def _ids(hits: Iterable[Hit]) -> list[str]:
    return [hit.public_id for hit in hits]


def test_without_an_index_it_says_so(ground: Ground) -> None:
    assert (ground.engine.serial(), ground.writer.epoch()) == (0, None)
    assert (ground.writer.torn(), ground.writer.intact()) == (False, True)
    for ask in (lambda: ground.engine.search(_asked("甲")), lambda: ground.engine.suggest("甲乙")):
        with pytest.raises(NoIndex):
            ask()
    with pytest.raises(NoIndex):
        ground.writer.apply([a_document(1)], [], serial=1, purge=False)


@pytest.mark.parametrize("order", ["relevance", "date"])
def test_what_people_type_finds_what_reading_everything_finds(ground: Ground, order: str) -> None:
    ground.writer.rebuild(MANY, serial=7, epoch="e")

    for text in TYPED:
        for offset in (0, 30, 390):
            query = _asked(
                text, order=order, offset=offset, facets=("kind", "outcome", "entity", "item")
            )
            assert ground.engine.search(query) == naive.search(MANY, query, 7), text


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    first=documents(),
    later=documents(4),
    asked=st.lists(queries, min_size=1, max_size=12),
    purge=st.booleans(),
)
def test_whatever_is_written_and_asked_the_answer_equals_the_naive_scan(
    ground: Ground, first: list[Document], later: list[Document], asked: list[Query], *, purge: bool
) -> None:
    ground.writer.rebuild(first, serial=1, epoch="e")
    for query in asked[:2]:
        assert ground.engine.search(query) == naive.search(first, query, 1)

    gone = [each.public_id for each in first[:2]]
    ground.writer.apply(later, gone, serial=2, purge=purge)

    left = {each.public_id: each for each in first if each.public_id not in gone}
    left |= {each.public_id: each for each in later}
    for query in asked:
        assert ground.engine.search(query) == naive.search(left.values(), query, 2)


def test_filters_narrow_by_any_value_of_a_facet_and_by_all_facets(ground: Ground) -> None:
    ground.writer.rebuild(MANY, serial=1, epoch="e")
    asked: list[dict[str, tuple[str, ...]]] = [
        {"outcome": ("mend",)}, {"outcome": ("mend", "clean"), "entity": ("e_3", "e_4")},
        {"entity": ("e_3",), "outcome": ("mend",)}, {"kind": ("entity",)}, {"item": ()}, {"entity": ("e_x",)},
    ]  # fmt: skip

    for filters in asked:
        for text in ("", "食品", "-改正"):
            query = _asked(text, filters=filters, facets=("outcome", "entity"), limit=50)
            assert ground.engine.search(query) == naive.search(MANY, query, 1), filters


def test_pages_far_down_and_facets_of_many_values_are_exact_too(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (rows, opensearch):
        monkeypatch.setattr(module, "WINDOW", 50)
    monkeypatch.setattr(questions, "MOST_VALUES", 10)
    ground.writer.rebuild(MANY, serial=1, epoch="e")

    for order in ("relevance", "date"):
        for offset in (0, 40, 45, 50, 51, 100, 370, 390, 400, 1000):
            query = _asked(
                "食品 OR 示检〔2024〕7号", order=order, offset=offset, facets=("entity",)
            )
            assert ground.engine.search(query) == naive.search(MANY, query, 1), offset


def test_the_values_of_a_facet_come_in_one_order_however_the_index_grew(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a program is sent is the same to the byte, whichever engine answers."""
    made = [a_document(each, facets={"item": (f"i_{each * 7 % 12:02}",)}) for each in range(30)]
    ground.writer.rebuild(made[:10], serial=1, epoch="e")
    ground.writer.apply(made[10:], [], serial=2, purge=False)

    for most in (100, 3):
        monkeypatch.setattr(questions, "MOST_VALUES", most)
        counts = ground.engine.search(_asked("", facets=("item",))).facets["item"]
        assert list(counts) == [f"i_{each:02}" for each in range(12)]


def test_a_beginning_suggests_names_codes_and_pinyin_newest_first(ground: Ground) -> None:
    company = a_document(
        1, kind="entity", public_id="e_1", names=("示例甲食品有限公司", "Lizi Foods")
    )
    younger = a_document(
        50, kind="entity", public_id="e_2", names=("示例甲乙餐厅",), identifiers=()
    )
    ground.writer.rebuild([company, younger, a_document(2)], serial=1, epoch="e")

    def offered(prefix: str) -> list[str]:
        return _ids(ground.engine.suggest(prefix, kinds=("entity",)))

    assert [offered(each) for each in ("示例甲", "slj", "shilijia")] == [["e_2", "e_1"]] * 3
    assert [offered(each) for each in ("Liz", "slijia", "9131" + "0" * 13)] == [
        ["e_1"],
        [],
        ["e_1"],
    ]
    assert [offered(each) for each in ("", "。", "s", "913", "例甲")] == [[]] * 5
    assert _ids(ground.engine.suggest("示例", limit=2)) == ["e_2", "e_1"]
    assert _ids(ground.engine.suggest("示例市第2", kinds=("entity",))) == []


def test_names_and_codes_that_are_nearly_right_are_found(ground: Ground) -> None:
    names = ["示例甲食品有限公司", "示例乙食品有限公司", "示例市青禾餐饮店"]
    companies = [
        a_document(number, kind="entity", public_id=f"e_{number}", names=(name,))
        for number, name in enumerate(names)
    ]
    ground.writer.rebuild(companies, serial=1, epoch="e")

    found = {
        wrong: sorted(_ids(ground.engine.spelling(wrong)))
        for wrong in ("示例甲时品有现公司", "青禾餐饮店", "913100000000000020", "913100000000000003", "全然不同", "甲")
    }  # fmt: skip

    assert found == {
        "示例甲时品有现公司": ["e_0", "e_1"],
        "青禾餐饮店": [],
        "913100000000000020": ["e_0", "e_2"],
        "913100000000000003": ["e_0", "e_1", "e_2"],
        "全然不同": [],
        "甲": [],
    }
    assert _ids(ground.engine.spelling("示例甲时品有现公司", kinds=("result",))) == []


@pytest.mark.parametrize(
    "text",
    [
        "?*?*?*", "*", "甲" * 10_000, "\0" * 50, "食\0品", "a" * 10_000, "[甲 TO 乙]", "\ufffd", " 食品" * 20,
        " OR ".join(["食品"] * 1000), '"' * 99, "names:食品 AND (", "\\u98df", "{}",
    ],
)  # fmt: skip
def test_hostile_questions_are_answered_alike(ground: Ground, text: str) -> None:
    ground.writer.rebuild(MANY[:50], serial=1, epoch="e")
    query = _asked(text)

    assert ground.engine.search(query) == naive.search(MANY[:50], query, 1)
    assert ground.engine.suggest(text) == []


def test_very_long_runs_names_and_texts_are_told_apart(ground: Ground) -> None:
    run, name = "a" * 40_000, "甲" * 12_000
    made = [
        a_document(1, texts=(run,)),
        a_document(2, texts=(run + "b",)),
        a_document(3, names=(name,)),
        a_document(4, names=(name + "乙",)),
    ]
    ground.writer.rebuild(made, serial=1, epoch="e")

    for text in (run, run + "b", "甲" * 400, "乙"):
        query = Query(groups=((Term(text),),))
        assert _ids(ground.engine.search(query).hits) == _ids(naive.search(made, query, 1).hits)


def test_it_is_torn_from_the_first_part_of_a_change_to_the_last(ground: Ground) -> None:
    ground.writer.rebuild([], serial=1, epoch="e")
    told = [ground.writer.torn()]
    for number, serial in ((1, 1), (2, 1), (3, 2)):
        ground.writer.apply([a_document(number)], [], serial=serial, purge=False)
        told.append(ground.writer.torn())

    assert told == [False, True, True, False]
    assert (ground.engine.serial(), ground.writer.epoch()) == (2, "e")


def test_a_change_applied_again_changes_nothing(ground: Ground) -> None:
    ground.writer.rebuild(MANY[:20], serial=1, epoch="e")
    query = _asked("食品", facets=("entity",))
    for serial in (2, 2, 3):
        ground.writer.apply(MANY[18:22], ["r_000003", "r_unknown"], serial=serial, purge=False)

    left = [each for each in MANY[:22] if each.public_id != "r_000003"]
    assert ground.engine.search(query) == naive.search(left, query, 3)


def test_building_anew_leaves_nothing_of_the_old(ground: Ground) -> None:
    ground.writer.rebuild(MANY[:20], serial=5, epoch="first")
    ground.writer.rebuild([a_document(99)], serial=3, epoch="second")

    assert _ids(ground.engine.search(_asked("")).hits) == ["r_000099"]
    assert (ground.engine.serial(), ground.writer.epoch(), ground.writer.intact()) == (
        3,
        "second",
        True,
    )


def test_a_build_that_dies_leaves_the_index_before_it(ground: Ground) -> None:
    def dying() -> Iterable[Document]:
        yield from MANY[:30]
        raise KeyboardInterrupt

    ground.writer.rebuild(MANY[:3], serial=1, epoch="e")
    with pytest.raises(KeyboardInterrupt):
        ground.writer.rebuild(dying(), serial=2, epoch="e")

    assert (ground.engine.search(_asked("")).total, ground.engine.serial()) == (3, 1)
    ground.writer.apply([], [], serial=2, purge=False)
    assert _ids(ground.engine.search(_asked("", limit=9)).hits) == _ids(
        naive.search(MANY[:3], _asked(""), 2).hits
    )


@pytest.mark.parametrize("replaced_before", [False, True])
def test_of_a_purged_record_nothing_is_found_offered_or_counted(
    ground: Ground, *, replaced_before: bool
) -> None:
    told = {
        "names": (SECRET,), "titles": (SECRET,), "texts": (SECRET,), "identifiers": ("QILINPIXIU",),
        "facets": {"item": ("i_secret",)},
    }  # fmt: skip
    secret = a_document(50, kind="entity", public_id="r_secret", **told)
    ground.writer.rebuild([*MANY[:50], secret], serial=1, epoch="e")
    assert _ids(ground.engine.search(_asked(SECRET)).hits) == ["r_secret"]
    if replaced_before:
        plain = a_document(50, kind="entity", public_id="r_secret")
        ground.writer.apply([plain], [], serial=2, purge=False)

    ground.writer.apply([], ["r_secret"], serial=3, purge=True)

    query = _asked("", facets=("item", "kind"))
    assert ground.engine.search(query) == naive.search(MANY[:50], query, 3)
    assert ground.engine.search(_asked(SECRET)).total == 0
    for beginning in (SECRET[:2], "qilin", "qlpx"):
        assert ground.engine.suggest(beginning) == []
    assert ground.engine.spelling(SECRET[:3] + "甲") == []


def test_of_a_purged_record_no_byte_is_in_any_file(ground: Ground) -> None:
    if ground.files is None:
        pytest.skip("the files of this server are out of reach")
    told = {"names": (SECRET,), "titles": (SECRET,), "texts": (SECRET,)}
    secret = a_document(50, kind="entity", public_id="r_verysecret", **told)
    ground.writer.rebuild([*MANY[:50], secret], serial=1, epoch="e")
    needles = [SECRET.encode(), SECRET.encode("utf-16-le"), b"r_verysecret", b"qilinpixiu"]
    assert _held(ground.files, needles) != []

    ground.writer.apply([], ["r_verysecret"], serial=2, purge=True)

    assert _held(ground.files, needles) == []


def _held(folder: Path, needles: list[bytes]) -> list[tuple[str, bytes]]:
    found = []
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        found += [(path.name, each) for each in needles if each in content]
    return found


@pytest.mark.parametrize("ground", [ON_A_SERVER], indirect=True)
def test_what_the_engine_cannot_rid_itself_of_is_told_as_damage(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that keeps what is deleted: the index is made anew, for only that is surely without."""
    ground.writer.rebuild(MANY[:20], serial=1, epoch="e")
    monkeypatch.setattr(ground.writer, "_patience", 0)
    monkeypatch.setattr(ground.writer, "_deleted", lambda: 1)

    with pytest.raises(Damaged):
        ground.writer.apply([], ["r_000001"], serial=2, purge=True)

    assert ground.writer.torn()
    assert ground.engine.serial() == 1


def _played(register: sa.Engine, place: Place) -> Memory:
    """Publish, change and withdraw of every kind while the index follows; return what it must hold."""
    acts = [Act("put", kind, number, 0) for kind in KINDS for number in range(3)]
    later = [Act("put", kind, 0, variant) for variant in (1, 2, 3) for kind in KINDS]
    later += [Act("withdraw", kind, 1, 0) for kind in KINDS[:0:-1]]
    with open_pen(register, now=START) as pen:
        for act in acts:
            pen.append(record(act))
    for number, act in enumerate(later, 1):
        play(register, act, number)
        if not number % 5:
            keeping.catch_up(register, place)
    return _built(register)


def _built(register: sa.Engine) -> Memory:
    fresh = Memory()
    Subscriber(register, fresh, fresh).catch_up()
    return fresh


def _answers_as(ground: Ground, fresh: Memory) -> None:
    for text in (
        "",
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
        query = _asked(text, facets=("kind", "agency", "year", "joint", "part"), limit=100)
        assert ground.engine.search(query) == fresh.search(query), text


def test_followed_serial_after_serial_it_answers_as_if_built_from_scratch(
    ground: Ground, migrated_register: sa.Engine, data: Path
) -> None:
    place = Place.of(ground.url, data)
    fresh = _played(migrated_register, place)

    keeping.catch_up(migrated_register, place)
    again = keeping.catch_up(migrated_register, place, thorough=True)

    assert again == Reached(fresh.reached, 0, rebuilt=False)
    assert ground.engine.serial() == fresh.reached
    _answers_as(ground, fresh)


@pytest.mark.parametrize("epoch", ["another", "ahead"])
def test_an_index_of_another_life_or_from_the_future_is_built_again(
    ground: Ground, migrated_register: sa.Engine, data: Path, epoch: str
) -> None:
    place = Place.of(ground.url, data)
    with open_pen(migrated_register, now=START) as pen:
        pen.append(record(Act("put", KINDS[0], 0, 0)))
    keeping.catch_up(migrated_register, place)
    if epoch == "ahead":
        ground.writer.apply([], [], serial=99, purge=False)
    else:
        ground.writer.rebuild(MANY[:3], serial=1, epoch=epoch)

    assert keeping.catch_up(migrated_register, place) == Reached(1, 1, rebuilt=True)
    _answers_as(ground, _built(migrated_register))


#: Follows the register in the smallest steps, until it is done or killed.
_FOLLOWER = """
import sys
from pathlib import Path
from portal.kit.db import engine_for
from portal.register.search import keeping, subscriber
subscriber.BATCH = 1
print("begun", flush=True)
keeping.catch_up(engine_for(sys.argv[1]), keeping.Place(sys.argv[2], Path(sys.argv[3])))
"""


@pytest.mark.slow
def test_killed_again_and_again_it_goes_on_where_it_was(
    ground: Ground, migrated_register: sa.Engine, data: Path
) -> None:
    place = Place.of(ground.url, data)
    source, killed = random.Random(5), 0
    _played(migrated_register, place)
    for number in range(60):
        kind = KINDS[number % len(KINDS)]
        play(migrated_register, Act("put", kind, number % 2, number % 4), 100 + number)
    words = [migrated_register.url.render_as_string(), ground.url, str(place.lock)]
    while True:
        with subprocess.Popen(
            [sys.executable, "-c", _FOLLOWER, *words],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "begun\n"
            #: Later each time, so that a slow machine comes to the end too.
            time.sleep(source.random() * (0.4 + 0.3 * killed))
            child.send_signal(signal.SIGKILL)
        if child.returncode == 0:
            break
        assert child.returncode == -signal.SIGKILL
        killed += 1

    assert killed > 1
    assert not ground.writer.torn()
    _answers_as(ground, _built(migrated_register))
