"""Files that wait to be filed: whose they are, how long, how many, and that nothing is filed twice."""

import os
import stat
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from portal.internal.desk import checking, staging, upload
from portal.internal.desk.staging import Gone, Staged
from portal.internal.desk.stores import Stores
from portal.internal.sheets.report import MOST_KEPT, Report
from portal.internal.sheets.rules import Level
from tests.conftest import NOW, Office
from tests.internal.makers import a_result_row, a_result_table, batch_count
from tests.makers import AGENCY

DAY = timedelta(hours=24)


def put(stores: Stores, path: Path, **changes: Any) -> Staged:
    """Let a file wait; say only what the test is about."""
    facts: dict[str, Any] = {
        "token": staging.new_token(), "kind": "results", "agency": AGENCY, "by": "lin",
        "file_name": path.name, "at": NOW,
    }  # fmt: skip
    staged = Staged(**(facts | changes))
    staging.stage(stores, staged, lambda to: to.write_bytes(path.read_bytes()))
    return staged


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return a_result_table(tmp_path / "r.xlsx", a_result_row(identifier="91990101MA0000000U"))


def test_a_file_waits_for_its_owner_as_it_came(stores: Stores, path: Path) -> None:
    staged = put(stores, path, given={"任务编号": "2025-01"}, sheet="抽查结果")

    found = staging.find(stores, staged.token, by="lin", now=NOW)

    place = staging.folder(stores, staged)
    assert found == staged
    assert staging.file_of(stores, staged).read_bytes() == path.read_bytes()
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("by", "later", "token"),
    [
        ("wu", timedelta(), None),
        ("lin", DAY + timedelta(seconds=1), None),
        ("lin", timedelta(), "x" * 32),
        ("lin", timedelta(), "../inbox"),
        ("lin", timedelta(), ""),
    ],
)
def test_nobody_else_and_nothing_else_finds_it(
    stores: Stores, path: Path, by: str, later: timedelta, token: str | None
) -> None:
    staged = put(stores, path)

    with pytest.raises(Gone) as gone:
        staging.find(stores, staged.token if token is None else token, by=by, now=NOW + later)

    assert str(gone.value) == str(Gone())


def test_what_is_older_than_a_day_is_swept_half_written_or_not(stores: Stores, path: Path) -> None:
    old = put(stores, path)
    half = staging.folder(stores, old).parent / ".half"
    half.mkdir()
    os.utime(half, (0, 0))

    kept = put(stores, path, at=NOW + 2 * DAY)

    inbox = staging.folder(stores, old).parent
    assert [each.name for each in inbox.iterdir()] == [kept.token]


def test_the_oldest_of_a_person_gives_way_beyond_the_most(stores: Stores, path: Path) -> None:
    others = put(stores, path, by="wu")
    many = [
        put(stores, path, at=NOW + timedelta(minutes=n)) for n in range(staging.MOST_WAITING + 2)
    ]

    waiting = staging.waiting(stores, by="lin", now=NOW + timedelta(hours=1))

    assert [each.token for each in waiting] == [each.token for each in reversed(many[2:])]
    assert staging.find(stores, others.token, by="wu", now=NOW) == others


def test_a_file_that_cannot_be_kept_leaves_nothing(stores: Stores, path: Path) -> None:
    def fail(_: Path) -> None:
        raise OSError

    with pytest.raises(OSError, match=r"^$"):
        staging.stage(stores, Staged(**{**_facts(), "token": staging.new_token()}), fail)

    assert list((stores.files.parent / "inbox").iterdir()) == []


def _facts() -> dict[str, Any]:
    return {"kind": "results", "agency": AGENCY, "by": "lin", "file_name": "r.xlsx", "at": NOW}


def test_a_check_is_kept_and_not_made_again(
    office: Office, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged = put(office.stores, path)
    first = checking.check(office.stores, staged, now=NOW)
    monkeypatch.setattr(upload, "accept", None)

    assert checking.checked(office.stores, staged, now=NOW + DAY) == first


def test_a_report_comes_back_as_it_was(office: Office, tmp_path: Path) -> None:
    rows = [a_result_row(code=f"JC-{n}", inspected_on="x", outcomes="好") for n in range(3_000)]
    staged = put(office.stores, a_result_table(tmp_path / "r.xlsx", *rows))

    report = checking.check(office.stores, staged, now=NOW).report()

    again = checking.checked(office.stores, staged, now=NOW).report()
    assert (report.error_count, len(report.errors)) == (6_000, MOST_KEPT)
    assert (again.counts, again.errors) == (report.counts, report.errors)
    assert _facts_of(again) == _facts_of(report)


def _facts_of(report: Report) -> list[tuple[int, list[tuple[str, int]]]]:
    return [(report.count(level), report.groups(level)) for level in Level]


def test_filing_twice_at_once_files_once(office: Office, path: Path) -> None:
    staged = put(office.stores, path)
    before = batch_count(office.stores)
    found: list[int | None] = []

    def file() -> None:
        found.append(checking.file(office.stores, staged, confirmed=False, now=NOW))

    threads = [Thread(target=file) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert batch_count(office.stores) == before + 1
    assert len(set(found)) == 1
    assert len(found) == 3


def test_of_a_filed_file_only_its_batch_is_kept(office: Office, path: Path) -> None:
    staged = put(office.stores, path)

    batch_id = checking.file(office.stores, staged, confirmed=False, now=NOW)

    place = staging.folder(office.stores, staged)
    assert sorted(each.name for each in place.iterdir()) == ["lock", "terms.json"]
    assert staging.find(office.stores, staged.token, by="lin", now=NOW).batch_id == batch_id
    assert staging.waiting(office.stores, by="lin", now=NOW) == []


def test_warnings_that_came_up_meanwhile_are_not_confirmed_unseen(
    office: Office, tmp_path: Path
) -> None:
    seen = a_result_row(identifier="91990101MA00000002")
    staged = put(office.stores, a_result_table(tmp_path / "a.xlsx", seen))
    first = checking.check(office.stores, staged, now=NOW)
    other = a_result_table(
        tmp_path / "b.xlsx", a_result_row(code="JC-0002", identifier="91990101MA00000002")
    )
    upload.accept(
        office.stores, other, kind="results", agency=AGENCY, by="lin", now=NOW,
        terms=upload.Terms(confirmed=True),
    )  # fmt: skip
    before = batch_count(office.stores)

    with pytest.raises(checking.Changed):
        checking.file(office.stores, staged, confirmed=True, now=NOW)

    second = checking.checked(office.stores, staged, now=NOW)
    assert batch_count(office.stores) == before
    assert list(first.counts) == ["check_digit"]
    assert sorted(second.counts) == ["check_digit", "numbered_twice"]
    assert checking.file(office.stores, staged, confirmed=True, now=NOW) is not None
    assert batch_count(office.stores) == before + 1


def test_a_file_given_up_meanwhile_is_not_filed(office: Office, path: Path) -> None:
    staged = put(office.stores, path)
    staging.drop(office.stores, staged)

    with pytest.raises(Gone):
        checking.file(office.stores, staged, confirmed=True, now=NOW)


def test_a_file_that_is_being_filed_is_not_given_up(office: Office, path: Path) -> None:
    stores = office.stores
    staged = put(stores, path)
    told: list[int | None] = []
    giving_up = Thread(target=lambda: told.append(staging.give_up(stores, staged)))

    with staging.alone(stores, staged) as current:
        giving_up.start()
        giving_up.join(0.2)
        assert staging.file_of(stores, staged).exists()
        staging.filed(stores, current, 7)
    giving_up.join()

    assert told == [7]
    assert staging.find(stores, staged.token, by="lin", now=NOW).batch_id == 7
