"""The office's store is let go in the middle of an act, as when its server starts anew: what others did since is not undone."""

from contextvars import Context
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.airlock.publish import publish
from portal.domain.replies import LetterKind, ReplyState
from portal.internal.desk import letters, retelling
from portal.register.proofs.audit import audit
from portal.register.tables.replies import ReplyRow
from portal.register.tables.results import ResultRow
from tests.conftest import NOW, Office
from tests.internal.test_letters import send
from tests.makers import RESULT_ROW

_WORDS = "鸊鷉属实。"
_OTHERS = sa.text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in %'"
)


@pytest.mark.postgres
def test_words_that_were_taken_back_meanwhile_do_not_come_out_again(
    office: Office, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.put("results", RESULT_ROW)
    with Session(office.stores.register) as session:
        about = session.scalars(sa.select(ResultRow.public_id)).one()
    reference = send(client, about, LetterKind.ERROR)
    letters.collect(office.stores, now=NOW)
    letters.propose(
        office.stores, reference, outcome=ReplyState.REFUSED, decision=_WORDS, by="wu", now=NOW
    )
    name = "portal.internal.desk.letters.publish"

    def lost(*given: Any, **named: Any) -> Any:
        monkeypatch.setattr(name, publish)
        with office.stores.internal.connect() as connection:
            connection.execute(_OTHERS)
        #: As another process: it holds nothing of this one's.
        Context().run(retelling.take_back, office.stores, reference, by="he", second="an", now=NOW)
        return publish(*given, **named)

    monkeypatch.setattr(name, lost)
    with pytest.raises(sa.exc.OperationalError):
        letters.release(office.stores, reference, by="he", now=NOW)

    with Session(office.stores.register) as session:
        [told] = session.scalars(sa.select(ReplyRow.body))
        assert ReplyState.REFUSED in told
        assert _WORDS not in told
        assert audit(session).faults == []
