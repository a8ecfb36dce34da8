"""Public sources of the seed on the office's road: named beforehand, late enough, entered when they have spoken."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest

from portal.domain.sortition.faults import Fault
from portal.domain.sortition.timing import CHAINS, TooEarly
from portal.internal.desk.drawing import freezing, orders, steps
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import ORDER, parties

QUICKNET = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
SIGNATURE = "0badcafe" * 12
RANDOMNESS = hashlib.sha256(bytes.fromhex(SIGNATURE)).hexdigest()


def _round(at: datetime) -> str:
    genesis, period = CHAINS[QUICKNET]
    return f"{QUICKNET}/{(int(at.timestamp()) - genesis) // period + 1}"


class Said(NamedTuple):
    """A source: its reference so long after the freeze, what it says, the proof of that, and what it never says."""

    kind: str
    ref: Callable[[timedelta], str]
    value: str
    proof: str | None
    wrong: str


SOURCES = [
    Said("drand", lambda after: _round(NOW + after), RANDOMNESS, SIGNATURE, "0" * 64),
    Said("lottery", lambda after: f"{(NOW + after).date()} 第1期", "3.7.12.18.25.31./9./", None, "7.3.12.18.25.31./9./"),
    Said("nist", lambda after: f"{(NOW + after).date()} 10:00", "ab" * 64, None, "AB" * 64),
]  # fmt: skip
LATE = timedelta(days=2)


@pytest.fixture
def drum(office: Office) -> Office:
    """An office with ten companies and four inspectors."""
    parties(office)
    return office


def _order(kind: str, ref: str) -> orders.Order:
    text = ORDER.replace('kind = "dice10"', f'kind = "{kind}"').replace("二十枚十面骰", ref)
    return orders.read(text)


@pytest.mark.parametrize("said", SOURCES, ids=lambda said: said.kind)
def test_an_event_that_may_be_known_already_is_refused_at_the_freeze(
    drum: Office, said: Said
) -> None:
    for after in (-LATE, timedelta(0)):
        with pytest.raises(TooEarly):
            freezing.freeze(drum.stores, _order(said.kind, said.ref(after)), by="lin", now=NOW)
    freezing.freeze(drum.stores, _order(said.kind, said.ref(LATE)), by="lin", now=NOW)


@pytest.mark.parametrize("said", SOURCES, ids=lambda said: said.kind)
def test_a_value_waits_for_its_event_and_has_its_form(drum: Office, said: Said) -> None:
    freezing.freeze(drum.stores, _order(said.kind, said.ref(LATE)), by="lin", now=NOW)
    steps.commit(drum.stores, "shili-1", by="he", now=NOW)
    words: dict[str, Any] = {"evidence": said.proof, "photos": (), "by": "lin"}
    with pytest.raises(TooEarly):
        steps.seed(drum.stores, "shili-1", "dice", said.value, **words, now=NOW + LATE / 2)
    late = NOW + LATE + timedelta(days=1)
    with pytest.raises(Fault):
        steps.seed(drum.stores, "shili-1", "dice", said.wrong, **words, now=late)
    assert steps.seed(drum.stores, "shili-1", "dice", said.value, **words, now=late) == ["jj"]


@pytest.mark.parametrize("said", SOURCES, ids=lambda said: said.kind)
def test_an_event_before_the_commit_was_public_is_of_no_use(drum: Office, said: Said) -> None:
    """Frozen in time, but held back until the event was known: then the draw can only be void."""
    freezing.freeze(drum.stores, _order(said.kind, said.ref(LATE)), by="lin", now=NOW)
    held = NOW + LATE + timedelta(days=1)
    steps.commit(drum.stores, "shili-1", by="he", now=held)
    with pytest.raises(TooEarly):
        steps.seed(
            drum.stores, "shili-1", "dice", said.value, evidence=said.proof, photos=(), by="lin", now=held + LATE,
        )  # fmt: skip
    steps.void(
        drum.stores, "shili-1", reason="source_failed", unit="示例市司法局", replaced_by=None, by="he", second="an",
        now=held + LATE,
    )  # fmt: skip
