"""Whatever befalls the parties between the steps of draws, only what may be public is, in packages and answers too (抽取漫步)."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.domain.errors import PortalError
from portal.domain.sortition.faults import Fault
from portal.internal.desk import decide
from portal.kit import clock
from portal.public.app import create_app
from portal.register import packages
from tests.airlock.hands import faults
from tests.conftest import Office
from tests.internal.draw_walker import OTHER, DrawWalk
from tests.internal.drawing_makers import numbered
from tests.makers import AGENCY_ROW
from tests.public.test_walks import everything
from tests.raw import store_bytes
from tests.stage import urls

_INSPECTORS = [f"示例某{number}" for number in range(4)]
_ACTS = [
    (DrawWalk.release, 6),
    (DrawWalk.give_back, 3),
    (DrawWalk.hide, 14),
    (DrawWalk.open, 8),
    (DrawWalk.withdraw, 5),
    (DrawWalk.freeze, 6),
    (DrawWalk.step, 36),
    (DrawWalk.void, 2),
    (DrawWalk.hide_again, 3),
]
#: What a walk is refused: a rule of the office, or of the draw's own scheme.
_REFUSED = (PortalError, Fault)


def _file(walk: DrawWalk) -> str:
    return walk.file(walk.chance.choice(walk.parties))


def _packages(office: Office) -> dict[str, str]:
    """Return the package of each draw that is public, by its id."""
    with Session(office.stores.register) as session:
        ids = session.scalars(sa.text("SELECT public_id FROM draw")).all()
        return {each: b"".join(packages.pieces(session, each)).decode() for each in ids}


def _told_of(walk: DrawWalk, client: FlaskClient, draw_id: str) -> Iterator[str]:
    """Yield the number of each party that nobody may know, of which a draw answers otherwise than of a stranger."""

    def answer(code: str) -> tuple[int, str]:
        with client.get(f"/api/v1/draws/{draw_id}/inclusion?identifier={code}") as found:
            return found.status_code, found.get_data(as_text=True).replace(code, "")

    strange = answer(numbered(990))
    hidden = [party.code for party in walk.parties if party.code not in walk.allowed()]
    yield from (code for code in hidden if answer(code) != strange)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_in_a_walk_through_draws_only_what_may_be_public_ever_is(
    office: Office, data: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk, refused, packed, asked = DrawWalk(office, seed), 0, 0, 0
    monkeypatch.setattr(clock, "utc_now", lambda: walk.now + timedelta(seconds=5))
    office.put("agencies", {**AGENCY_ROW, "code": OTHER, "name": "示例市乙局"})
    office.put(
        "inspectors",
        *(
            {"certificate": f"9901000000{number}", "name": name, "regions": "990101"}
            for number, name in enumerate(_INSPECTORS)
        ),
    )
    client = create_app(urls(data)[0]).test_client()
    first = [partial(DrawWalk.file, party=party) for party in walk.parties]
    acts, weights = zip((_file, 22), *_ACTS, strict=True)

    for number in range(90):
        walk.now += timedelta(minutes=walk.chance.choice([10, 10, 10, 10, 900]))
        act = first[number] if number < len(first) else walk.chance.choices(acts, weights)[0]
        try:
            walk.told.append(f"{number} {act(walk)}")
        except _REFUSED as error:
            refused += 1
            walk.told.append(f"{number} refused: {error}")
        with Session(office.stores.internal) as session:
            assert decide.left_undone(session) == []
        packed_now = _packages(office)
        lies = "\n".join((everything(office), *packed_now.values()))
        told_of = [word for word in (*walk.secret(), *_INSPECTORS) if word in lies]
        if number % 3 == 0:
            told_of += [code for each in packed_now for code in _told_of(walk, client, each)]
            asked += len(packed_now)
        assert (told_of, faults(office)) == ([], []), "\n".join(walk.told)
        packed += sum(map(bool, packed_now.values()))

    kept = store_bytes(data)
    assert [word for word in walk.secret() if word.encode() in kept] == []
    assert (refused < 30, packed > 20, asked > 20) == (True, True, True), "\n".join(walk.told)
