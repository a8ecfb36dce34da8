"""What somebody puts out of sight in the office's own store for a while is missed: it would go on telling what is hidden."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from portal.domain.errors import LogBroken, PortalError
from portal.domain.grounds import Ground
from portal.domain.verdicts import Act
from portal.internal.desk import decide
from portal.internal.desk.orders import Order
from portal.register.records import Kind
from tests.airlock.hands import faults
from tests.conftest import NOW, Office
from tests.makers import AGENCY, AGENCY_ROW, CREDIT_CODE, RESULT_ROW, Row

_NAME = str(RESULT_ROW["entity_name"])
_DETAIL = "鸊鷉配方用量"
_CHECK: Row = {**RESULT_ROW, "outcomes": "发现问题已责令改正", "detail": _DETAIL}


def _do(engine: sa.Engine, sql: str) -> Sequence[Any]:
    with engine.begin() as connection:
        found = connection.execute(sa.text(sql))
        return found.all() if found.returns_rows else []


def _hide(office: Office, kind: Kind, key: str, place: str) -> None:
    order = Order(
        place=place, act=Act.WITHHOLD, ground=Ground.TRADE_SECRET, article="第九条",
        decided_by="示例市市场监督管理局", decided_on=date(2025, 6, 1), review_on=date(2026, 5, 29),
        reason="不得公开的理由",
    )  # fmt: skip
    decide.decide(office.stores, kind, key, [order], by="wu", now=NOW)


@contextmanager
def _changed(office: Office, table: str, name: str, value: str, where: str) -> Iterator[None]:
    """Have a column of some rows of the office's store say something else for a while."""
    store = office.stores.internal
    kept = _do(store, f"SELECT id, {name} FROM {table} WHERE {where}")
    _do(store, f"UPDATE {table} SET {name} = {value} WHERE {where}")
    yield
    with store.begin() as connection:
        for row in kept:
            put = sa.text(f"UPDATE {table} SET {name} = :was WHERE id = :id")
            connection.execute(put, {"was": row[1], "id": row.id})


@pytest.mark.parametrize(
    "deed",
    [
        ("batch", "state", "'approved'", "kind = 'agencies'"),
        ("filing", "live", "NOT live", "kind = 'agency'"),
        ("filing", "public_id", "'a_' || id", "kind = 'agency'"),
    ],
)
def test_a_filing_that_names_what_is_hidden_is_missed(
    office: Office, deed: tuple[str, str, str, str]
) -> None:
    """The register's own text names it still, and the office has nothing to publish in its place."""
    office.put("results", {**_CHECK, "code": "JC-0002"})
    office.put("agencies", {**AGENCY_ROW, "duties": f"监管{_NAME}"}, let_pass=True)
    with _changed(office, *deed), pytest.raises(PortalError):
        _hide(office, Kind.ENTITY, f"uscc:{CREDIT_CODE}", "name")

    for (made,) in _do(office.stores.internal, "SELECT id FROM decision"):
        decide.carry_out(office.stores, [made], now=NOW)
    if not _do(office.stores.internal, "SELECT id FROM decision"):
        _hide(office, Kind.ENTITY, f"uscc:{CREDIT_CODE}", "name")
    assert _NAME not in str(_do(office.stores.register, "SELECT body FROM agency"))
    assert faults(office) == []


def test_the_filing_of_what_is_hidden_itself_is_missed(office: Office) -> None:
    """Between the decision and its being carried out; it would be noted as done."""
    office.put("results", _CHECK)
    _do(office.stores.register, "UPDATE digest SET kind = 'aside' WHERE kind = 'item'")
    with pytest.raises(LogBroken):
        _hide(office, Kind.RESULT, f"{AGENCY}/JC-0001", "detail")
    _do(office.stores.register, "UPDATE digest SET kind = 'item' WHERE kind = 'aside'")

    with _changed(office, "filing", "live", "NOT live", "kind = 'result'"):
        with pytest.raises(PortalError):
            decide.carry_out(office.stores, [1], now=NOW)
    decide.carry_out(office.stores, [1], now=NOW)
    assert _DETAIL not in str(_do(office.stores.register, "SELECT body FROM result"))
    assert faults(office) == []


def test_the_later_one_of_two_filings_is_missed(office: Office) -> None:
    """The one before it is replaced, whether or not what replaced it is in sight."""
    office.put("results", _CHECK)
    office.put("results", {**_CHECK, "unit": "二中队"}, let_pass=True)
    with _changed(office, "filing", "live", "NOT live", "kind = 'result' AND batch_id = 4"):
        with pytest.raises(PortalError):
            _hide(office, Kind.RESULT, f"{AGENCY}/JC-0001", "detail")
    decide.carry_out(office.stores, [1], now=NOW)
    assert _DETAIL not in str(_do(office.stores.register, "SELECT body FROM result"))
    assert faults(office) == []
