"""What the server's refusals mean to us, and that they repeat nothing of what was sent."""

import pytest

from portal.register.search.model import Damaged, NoIndex, TooMuch, Unavailable
from portal.register.search.remote.address import read
from portal.register.search.remote.server import Server, State

SERVER = Server(read("opensearch://kit:hunter2@127.0.0.1:9200/mingcha"), 1)


def _info(kind: str, **more: object) -> dict[str, object]:
    return {"error": {"type": kind, "reason": "failed to parse [貔貅]", **more}}


@pytest.mark.parametrize(
    ("status", "info", "meant"),
    [
        (401, "hunter2 is wrong", Unavailable),
        (403, _info("security_exception"), Unavailable),
        (404, _info("index_not_found_exception"), NoIndex),
        (404, {"found": False}, Damaged),
        (400, _info("mapper_parsing_exception"), Damaged),
        (400, _info("query_shard_exception", caused_by={"type": "too_many_clauses"}), TooMuch),
        (500, _info("runtime_exception", caused_by={"reason": "maxClauseCount is 1024"}), TooMuch),
        (429, _info("circuit_breaking_exception"), Unavailable),
        (503, _info("cluster_block_exception"), Unavailable),
        ("N/A", None, Damaged),
        (502, "<html>貔貅</html>", Unavailable),
    ],
)
def test_each_refusal_has_one_meaning_and_no_content(
    status: object, info: object, meant: type[Exception]
) -> None:
    told = SERVER.refusal(status, info)

    assert type(told) is meant
    assert [each for each in ("貔貅", "hunter2", "kit") if each in str(told)] == []


@pytest.mark.parametrize(
    "source", [{}, {"state": None}, {"state": {"shape": 0, "serial": 1, "epoch": "e"}}]
)
def test_an_index_of_another_version_must_be_rebuilt(source: dict[str, object]) -> None:
    with pytest.raises(Damaged):
        State.read(source)


def test_what_is_filed_about_the_index_is_read_again() -> None:
    state = State(epoch="e", serial=7, torn=True)

    assert State.read(state.source()) == state
