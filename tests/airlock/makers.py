"""What surrounds a record when it is projected."""

from datetime import date

from portal.airlock.around import Around, Ids
from portal.domain.parties import Entity
from portal.domain.results import Result
from tests.makers import a_problem, an_entity

KEY = b"k" * 32
TODAY = date(2025, 6, 2)


def around(
    *, party: Entity | None = None, check: Result | None = None, today: date = TODAY
) -> Around:
    """Return surroundings that hold one party and one check."""
    shown = party or an_entity()
    result = check or a_problem()
    return Around(
        Ids(KEY),
        today,
        {shown.key: shown},
        {result.key: result},
        nonces={"990100-SCJG/2025-01": "ab" * 32},
    )
