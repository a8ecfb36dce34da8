"""Fifty readers behind a real nginx while ten records a second are published: no error, and memory stays flat.

Who asks for a whole set may be told to come back, and when; pages and lists never are.
"""

import http.client
import os
import random
import threading
import time
from collections import Counter
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

import pytest

from portal.kit import clock
from tests.conftest import Office
from tests.journeys.front import Front, served
from tests.journeys.processes import children_of
from tests.makers import RESULT_ROW

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

#: How long it goes on; `LOAD_SECONDS=3600` for an hour.
SECONDS = int(os.environ.get("LOAD_SECONDS", "20"))
READERS = 50
#: Records in one release, one release a second at most.
_AT_ONCE = 10
#: What a site may hold more at the end than half way through: kept answers have a bound of their own.
_MORE_BYTES = 32 * 2**20
_PATHS = (
    "/", "/results/", "/results/?year=2025", "/entities/", "/agencies/", "/items/", "/search?q=示例市", "/statistics/",
    "/all.atom", "/results.atom", "/api/v1/results", "/api/v1/changes", "/log/checkpoint",
)  # fmt: skip
_SET = "/api/v1/results.csv"
#: Four at a time for one address, and a line for all.
_LATER = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}


def test_fifty_readers_meet_no_error_while_ten_records_a_second_are_published(
    office: Office, data: Path, tmp_path: Path
) -> None:
    over, answers, broken = threading.Event(), Counter[tuple[str, int]](), list[str]()
    with served(data, tmp_path) as front:
        readers = [
            threading.Thread(target=_read, args=(front, number, over, answers, broken))
            for number in range(READERS)
        ]
        for each in readers:
            each.start()
        try:
            published = _publish(office, SECONDS / 2)
            half = _held()
            published += _publish(office, SECONDS / 2, begin=published)
            end = _held()
        finally:
            over.set()
            for each in readers:
                each.join()
        status, _, page = front.ask("/api/v1/results?total=true&limit=1")

    assert (broken, {status for path, status in answers if path != _SET}) == ([], {200})
    assert {status for path, status in answers if path == _SET} - _LATER == {200}
    assert min(answers.total(), published) > 0
    assert (status, f'"total":{published}'.encode() in page.replace(b" ", b"")) == (200, True)
    assert end - half <= _MORE_BYTES


def _read(
    front: Front,
    number: int,
    over: threading.Event,
    answers: Counter[tuple[str, int]],
    broken: list[str],
) -> None:
    """Ask for one page after the other, as many as there is time for; ten readers share an address."""
    random_ = random.Random(number)
    while not over.is_set():
        path = random_.choice((*_PATHS, _SET))
        connection = http.client.HTTPConnection(
            "127.0.0.1", front.port, timeout=60, source_address=(f"127.0.0.{1 + number % 5}", 0)
        )
        try:
            connection.request("GET", quote(path, safe="/?=&"))
            answer = connection.getresponse()
            answer.read()
            answers[path, answer.status] += 1
            if answer.status in _LATER and answer.getheader("Retry-After") is None:
                broken.append(f"{path} {answer.status} without a time to come back")
        except (OSError, http.client.HTTPException) as error:
            broken.append(f"{path} {error!r}")
        finally:
            connection.close()


def _publish(office: Office, seconds: float, begin: int = 0) -> int:
    """File, approve and release ten records in each second, or as fast as it goes; return how many."""
    until, number = time.monotonic() + seconds, begin
    while time.monotonic() < until:
        beat = time.monotonic() + 1
        codes = (f"L-{each:06d}" for each in range(number, number + _AT_ONCE))
        office.put(
            "results", *({**RESULT_ROW, "code": code} for code in codes), now=clock.utc_now()
        )
        number += _AT_ONCE
        time.sleep(max(0, beat - time.monotonic()))
    return number - begin


def _held() -> int:
    """Return the bytes that site and nginx hold of their own: every process below this one."""
    lines = (
        line.split()
        for pid in children_of(os.getpid())
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    )
    return sum(int(words[1]) * 1024 for words in lines if words[0].startswith("Private_"))
