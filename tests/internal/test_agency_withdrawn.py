"""An agency that was taken back keeps nothing of what it did from being taken back or hidden, at once."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from portal.domain.errors import NotYetPublic
from portal.domain.grounds import Ground
from portal.domain.verdicts import Act
from portal.internal.desk import backup, decide, restore, retract
from portal.internal.desk.backup import Urls
from portal.internal.desk.decide import key_of, newest
from portal.internal.desk.orders import Order
from portal.internal.desk.stores import open_stores
from portal.register.proofs.audit import audit
from portal.register.records import Kind
from tests.conftest import NOW, Office
from tests.makers import AGENCY, AGENCY_ROW, CREDIT_CODE, ITEM_ROW, RESULT_ROW, Row
from tests.raw import store_bytes
from tests.stage import urls

_PARTY: Row = {"entity_name": "示例市青禾食品有限公司", "identifier": CREDIT_CODE, "form": "企业"}
_FOUND = {"outcomes": "发现问题已责令改正", "due_on": "2025-06-20", "handling_text": "夜鹭处理"}
_CHECK: Row = {**RESULT_ROW, **_FOUND, "detail": "夜鹭一情况"}
_STEP: Row = {
    "result_code": "JC-0001", "step": "责令改正", "taken_on": "2025-05-25", "due_on": "2025-06-20", "text": "夜鹭步骤",
}  # fmt: skip
_RESULT, _ITEM = f"{AGENCY}/JC-0001", f"{AGENCY}/SP-002"
_AFTER, _OF = f"{_RESULT}/ordered/2025-05-25", f"uscc:{CREDIT_CODE}"
_LATER = NOW + timedelta(hours=2)

Way = Callable[[Office], object]


def _decide(kind: Kind, key: str, place: str = "") -> Way:
    order = Order(
        place=place, act=Act.WITHHOLD, ground=Ground.PUBLIC_SECURITY, article="第十四条",
        decided_by="示例市市场监督管理局", decided_on=date(2025, 6, 1), review_on=date(2026, 5, 29), reason="示例",
    )  # fmt: skip
    return lambda office: decide.decide(
        office.stores, kind, key, [order], by="wu", second="bao", now=_LATER, confirmed=True
    )


def _withdraw(kind: Kind, key: str) -> Way:
    def withdraw(office: Office) -> None:
        with Session(office.stores.internal) as session:
            public_id = newest(session, kind, key).public_id
            assert key_of(session, public_id) == (kind, key)
        retract.retract(office.stores, kind, public_id, by="he", second="an", now=_LATER)

    return withdraw


def _published(office: Office) -> None:
    office.put("agencies", {**AGENCY_ROW, "duties": "夜鹭职责"})
    office.put("entities", _PARTY)
    office.put("items", {**ITEM_ROW, "code": "SP-002", "name": "示例项目检查"})
    other = {"item_code": "SP-002", "detail": "夜鹭二情况"}
    office.put("results", _CHECK, {**_CHECK, **other}, let_pass=True)
    office.put("followups", _STEP, let_pass=True)


@pytest.mark.parametrize(
    ("hide", "words"),
    [
        (_decide(Kind.FOLLOWUP, _AFTER), ["夜鹭步骤"]),
        (_withdraw(Kind.FOLLOWUP, _AFTER), ["夜鹭步骤"]),
        (_decide(Kind.RESULT, _RESULT), ["夜鹭一情况", "夜鹭处理", "夜鹭步骤"]),
        (_withdraw(Kind.RESULT, _RESULT), ["夜鹭一情况", "夜鹭处理", "夜鹭步骤"]),
        (_decide(Kind.RESULT, _RESULT, "detail"), ["夜鹭一情况", "夜鹭二情况"]),
        (_decide(Kind.ITEM, _ITEM), ["夜鹭二情况"]),
        (_decide(Kind.ENTITY, _OF, "name"), ["青禾食品", CREDIT_CODE]),
        (_decide(Kind.ENTITY, _OF), ["青禾食品", "夜鹭一情况", "夜鹭步骤"]),
        (_withdraw(Kind.ENTITY, _OF), ["青禾食品", "夜鹭一情况", "夜鹭步骤"]),
    ],
)
def test_what_an_agency_did_is_hidden_though_it_is_withdrawn_itself(
    office: Office, data: Path, hide: Way, words: list[str]
) -> None:
    _published(office)
    _withdraw(Kind.AGENCY, AGENCY)(office)
    assert all(word.encode() in store_bytes(data) for word in words)

    hide(office)

    kept = store_bytes(data)
    assert [word for word in words if word.encode() in kept] == []
    with Session(office.stores.register) as register:
        assert audit(register).faults == []


def test_nothing_new_of_an_agency_that_is_withdrawn_becomes_public(office: Office) -> None:
    _published(office)
    _withdraw(Kind.AGENCY, AGENCY)(office)

    with pytest.raises(NotYetPublic, match="检查主体"):
        office.put("results", {**_CHECK, "code": "JC-0002"}, now=_LATER, let_pass=True)


def test_a_backup_is_restored_though_duties_and_a_step_were_hidden_since(
    office: Office, data: Path, tmp_path: Path
) -> None:
    _published(office)
    settings, internal = urls(data)
    where = Urls(settings.register_url, internal, settings.letterbox_url)
    made = backup.make(office.stores, where, tmp_path / "backups", release="0", now=NOW, keep=0)
    _decide(Kind.AGENCY, AGENCY, "duties")(office)
    _decide(Kind.FOLLOWUP, _AFTER)(office)
    for engine in (office.stores.internal, office.stores.register, office.stores.letterbox):
        engine.dispose()

    restore.restore(settings, where, made, replacing=True, last_head=None, now=_LATER)

    stores, kept = open_stores(settings, internal), store_bytes(data)
    assert [word for word in ("夜鹭职责", "夜鹭步骤") if word.encode() in kept] == []
    with Session(stores.register) as register:
        assert audit(register).faults == []
    for engine in (stores.internal, stores.register, stores.letterbox):
        engine.dispose()
