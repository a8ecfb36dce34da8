"""What is counted of site and office: right over all workers, told on loopback only, and nothing about anybody."""

import re
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.orm import Session

from portal.domain.replies import LetterKind
from portal.kit import clock
from portal.letterbox.slot import Letter, post
from tests.conftest import Office
from tests.journeys.processes import BIN, environment, free_port, get, running, wait_for
from tests.makers import RESULT_ROW

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

#: A word that a reader types, and an address that somebody tries.
TYPED = "zhangsan"


@pytest.fixture
def site(office: Office, data: Path) -> Iterator[tuple[int, int]]:
    """The ports of a site of three workers and of its counts."""
    office.put("results", RESULT_ROW)
    port, told_at = free_port(), free_port()
    env = environment(data, PORT=str(port), WORKERS="3", PORTAL_METRICS_PORT=str(told_at))
    with running([str(BIN / "portal-site"), "serve"], env):
        wait_for(f"http://127.0.0.1:{port}/readyz")
        yield port, told_at


def _told(port: int) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def _counted(told: dict[tuple[str, frozenset[tuple[str, str]]], float], **labels: str) -> float:
    return told.get(("mingcha_answers_total", frozenset(labels.items())), 0)


def test_every_answer_of_every_worker_is_counted_once(site: tuple[int, int]) -> None:
    port, told_at = site
    clients = [
        threading.Thread(
            target=lambda: [get(f"http://127.0.0.1:{port}/results/") for _ in range(20)]
        )
        for _ in range(6)
    ]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    for path in (f"/{TYPED}", f"/results/r_{TYPED}", f"/search?q={TYPED}"):
        get(f"http://127.0.0.1:{port}{path}")

    for _ in range(
        100
    ):  # an answer is counted when its last byte is sent: its reader may be here before
        if _counted(_told(told_at), endpoint="search.show", status="200"):
            break
        time.sleep(0.1)
    asked = [_told(told_at) for _ in range(6)]

    for told in asked:
        assert _counted(told, endpoint="results.index", status="200") == 120
        assert _counted(told, endpoint="results.show", status="404") == 1
        assert _counted(told, endpoint="search.show", status="200") == 1
        assert _counted(told, endpoint="unrouted", status="404") == 1
        labels = frozenset({("endpoint", "results.index")})
        assert told["mingcha_answer_seconds_count", labels] == 120
        assert told["mingcha_register_serial", frozenset()] > 0
        assert told["mingcha_register_readable", frozenset()] == 1
        assert told["mingcha_release_age_seconds", frozenset()] > 0
        assert told["mingcha_index_serial", frozenset()] == 0
        assert {name for _, labels in told for name, _ in labels} <= {"endpoint", "status", "le"}
        values = {value for _, labels in told for name, value in labels if name == "endpoint"}
        assert all(re.fullmatch(r"[a-z_]+(\.[a-z_]+)?", value) for value in values)
        assert TYPED not in str(told)


def test_the_readers_port_tells_nothing_whatever_a_reader_says(site: tuple[int, int]) -> None:
    port, told_at = site
    with socket.create_connection(("127.0.0.1", port), timeout=10) as probe:
        probe.sendall(
            f"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:{told_at}\r\nX-Forwarded-Port: {told_at}\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        answer = b"".join(iter(lambda: probe.recv(65_536), b""))

    assert answer.split(b" ", 2)[1] == b"404"
    assert b"mingcha_" not in answer


def test_the_office_tells_what_waits_and_leaves_no_count_behind(
    office: Office, data: Path, tmp_path: Path
) -> None:
    letter = Letter(kind=LetterKind.ERROR, subject="r_1", text="一封")
    with Session(office.stores.letterbox) as session:
        post(session, letter, now=clock.utc_now())
    port, told_at = free_port(), free_port()
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    env = environment(
        data, OFFICE_PORT=str(port), PORTAL_OFFICE_METRICS_PORT=str(told_at), TMPDIR=str(temporary)
    )
    with running([str(BIN / "portal-office"), "serve"], env):
        wait_for(f"http://127.0.0.1:{port}/healthz")
        told = _told(told_at)
        assert list(temporary.glob("mingcha-metrics-*/*.db"))

    assert told["mingcha_stores_readable", frozenset()] == 1
    assert told["mingcha_purge_owed", frozenset()] == 0
    assert told["mingcha_letters_waiting", frozenset()] in (0, 1)
    assert list(temporary.glob("mingcha-metrics-*")) == []
