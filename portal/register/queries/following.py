"""How far a server that follows another has come (只读副本): up to when it holds all that became public."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from portal.kit import clock
from portal.register.queries import changes
from portal.register.queries.changes import State

#: A follower is this far behind at all times, and the office beats time every few seconds: no news, in seconds.
_USUAL = timedelta(seconds=15)

#: What was last replayed was committed at a time that the server followed has told; after a start with nothing to
#: replay, the last change there is will do.
_STANDS = """
SELECT (SELECT max(serial) FROM change), (SELECT value FROM epoch), CASE WHEN pg_is_in_recovery() THEN coalesce(
  pg_last_xact_replay_timestamp(), (SELECT at AT TIME ZONE 'UTC' FROM change ORDER BY serial DESC LIMIT 1), 'epoch')
END
"""


def look(engine: sa.Engine) -> tuple[State, datetime | None]:
    """Return where the register stands, and up to when it is known to hold everything, to the minute.

    None where nothing can be missing: the register itself, or a follower that keeps up. The clocks of both
    servers must agree.
    """
    if engine.dialect.name == "sqlite":
        return changes.state(engine), None
    state, reached = changes.asked(engine, _STANDS)
    if reached is None or clock.utc_now() - reached <= _USUAL:
        return state, None
    return state, reached.astimezone(clock.CHINA).replace(second=0, microsecond=0)
