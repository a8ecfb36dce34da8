"""Public ids come from the key that gave them: with another one nothing would be found that is to be hidden."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.internal.desk import decide, release
from portal.internal.desk.given import OtherIds
from portal.internal.desk.stores import Stores
from portal.internal.tables.batches import BatchRow
from portal.register.queries import changes
from portal.register.records import Kind
from tests.conftest import NOW, Office
from tests.internal.test_approvals import raw
from tests.internal.test_narrowing import HIDDEN, ITEM
from tests.makers import AGENCY

_OTHER = "UPDATE setting SET value = '00' WHERE name = 'id_key'"
_GONE = "DELETE FROM setting WHERE name = 'id_key'"


def _hide(stores: Stores) -> None:
    key = f"{AGENCY}/SP-002"
    decide.decide(stores, Kind.ITEM, key, [HIDDEN], by="wu", now=NOW, confirmed=True)


def _again(stores: Stores) -> None:
    with Session(stores.internal) as session:
        last = session.scalar(sa.select(sa.func.max(BatchRow.id)))
    assert last is not None
    release.release(stores, last, by="he", now=NOW)


@pytest.mark.parametrize("deed", [_hide, _again])
@pytest.mark.parametrize("change", [_OTHER, _GONE])
def test_nothing_is_said_to_be_hidden_under_an_id_that_it_never_had(
    office: Office, change: str, deed: Callable[[Stores], None]
) -> None:
    office.put("items", ITEM)
    with Session(office.stores.register) as session:
        before = changes.serial(session)
    raw(office.stores, change)

    with pytest.raises(OtherIds):
        deed(office.stores)

    with Session(office.stores.register) as session:
        assert changes.serial(session) == before
