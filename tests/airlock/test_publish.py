"""Publishing is all or nothing, and leaves no gaps."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.around import Ids, Passage
from portal.airlock.detectors.scan import scan
from portal.airlock.publish import publish, publish_notices, withdraw
from portal.airlock.redact import redact
from portal.airlock.residue import residue
from portal.domain.errors import Residue
from portal.domain.grounds import Decision, Disclosure
from portal.domain.parties import EntityForm
from portal.internal.desk.stores import Stores
from portal.register.queries import changes
from portal.register.records import Kind, PublicNotice
from portal.register.tables.changes import ChangeRow
from portal.register.tables.results import ResultRow
from portal.register.tables.withheld import NoticeRow
from tests.airlock.makers import around
from tests.airlock.test_redact import NEVER, WITHHELD
from tests.makers import a_finding, a_followup, a_problem, a_result, an_agency, an_entity
from tests.raw import store_bytes

NOW = datetime(2025, 6, 2, tzinfo=UTC)


def _passages(*decisions: Decision | None) -> list[Passage]:
    found = [redact(an_agency(), around()), redact(an_entity(), around())]
    for number, decision in enumerate(decisions):
        result = a_result(code=f"JC-{number}", **({"decision": decision} if decision else {}))
        found.append(redact(result, around(check=result)))
    return found


def test_a_record_that_is_never_acknowledged_uses_no_serial(stores: Stores) -> None:
    outcome = publish(stores.register, _passages(None, NEVER, None), now=NOW)

    with Session(stores.register) as session:
        serials = session.scalars(sa.select(ChangeRow.serial).order_by(ChangeRow.serial)).all()
    assert list(serials) == [1, 2, 3, 4]
    assert outcome.published == 4


def test_one_find_stops_the_whole_batch(stores: Stores) -> None:
    bad = a_result(code="JC-9", findings=(a_finding(detail="负责人手机13800138000"),))
    passages = [*_passages(None, None), redact(bad, around(check=bad))]

    with pytest.raises(Residue) as caught:
        publish(stores.register, passages, now=NOW)

    with Session(stores.register) as session:
        assert changes.serial(session) == 0
    assert [kind for _, kind in caught.value.hits] == ["手机号"]
    assert "13800138000" not in str(caught.value)


def test_notices_that_no_longer_stand_go_with_the_next_ones(stores: Stores) -> None:
    notices = [p.notice for p in _passages(WITHHELD, WITHHELD, WITHHELD) if p.notice]
    publish_notices(stores.register, notices, now=NOW)

    outcome = publish_notices(stores.register, notices[1:], now=NOW)

    assert (outcome.published, outcome.same, outcome.withdrawn) == (0, 2, 1)
    with Session(stores.register) as session:
        left = session.scalars(sa.select(NoticeRow.public_id).order_by(NoticeRow.public_id)).all()
    assert list(left) == sorted(notice.id for notice in notices[1:])


def test_publishing_again_changes_nothing(stores: Stores) -> None:
    first = publish(stores.register, _passages(None, WITHHELD), now=NOW)

    again = publish(stores.register, _passages(None, WITHHELD), now=NOW)

    assert (again.serial, again.published, again.amended, again.withdrawn) == (
        first.serial,
        0,
        0,
        0,
    )


def test_withholding_a_public_record_later_takes_it_out(stores: Stores) -> None:
    publish(stores.register, _passages(None), now=NOW)
    withheld = _passages(WITHHELD)

    publish(stores.register, withheld, now=NOW)
    notices = [passage.notice for passage in withheld if passage.notice]
    publish_notices(stores.register, notices, now=NOW)

    with Session(stores.register) as session:
        assert session.scalars(sa.select(ResultRow.public_id)).all() == []
        assert changes.tallies(session)["withheld"] == 1


def test_a_withdrawn_text_is_in_none_of_the_registers_files(stores: Stores, data: Path) -> None:
    secret = "只此一处出现的检查情况"
    result = a_problem(findings=(a_finding(detail=secret),))
    passages = [
        *_passages(),
        redact(result, around(check=result)),
        redact(a_followup(text=secret), around(check=result)),
    ]
    publish(stores.register, passages, now=NOW)
    assert secret.encode() in store_bytes(data)

    withdraw(stores.register, Kind.RESULT, [around().ids.of(Kind.RESULT, result.key)], now=NOW)

    assert secret.encode() not in store_bytes(data)


def test_a_redaction_made_later_reaches_the_older_versions(stores: Stores, data: Path) -> None:
    secret = "后来决定不公开的检查情况"
    result = a_problem(findings=(a_finding(detail=secret),))
    publish(stores.register, [*_passages(), redact(result, around(check=result))], now=NOW)
    decision = replace(WITHHELD, disclosure=Disclosure.PARTLY, fields=("detail",))
    tightened = replace(result, decision=decision)

    outcome = publish(stores.register, [redact(tightened, around(check=tightened))], now=NOW)

    assert (outcome.amended, outcome.withdrawn) == (1, 0)
    assert secret.encode() not in store_bytes(data)


def test_withdrawing_a_party_takes_its_checks_and_their_steps_along(stores: Stores) -> None:
    result = a_problem()
    passages = [
        *_passages(),
        redact(result, around(check=result)),
        redact(a_followup(), around(check=result)),
    ]
    publish(stores.register, passages, now=NOW)

    outcome = withdraw(
        stores.register, Kind.ENTITY, [around().ids.of(Kind.ENTITY, an_entity().key)], now=NOW
    )

    with Session(stores.register) as session:
        left = {what: count for what, count in changes.tallies(session).items() if count}
    assert outcome.withdrawn == 3
    assert left == {"agency": 1}


def test_ids_are_not_taken_for_telephone_numbers() -> None:
    """Ids are hex digits: among enough of them one looks like any number."""
    found = [hit for n in range(20_000) for hit in scan(Ids(b"k").of(Kind.ITEM, str(n)))]
    notice = PublicNotice(
        id="w_0571 8765 4321", ground="trade_secret", article="第十五条",
        decided_by="示例市市场监督管理局", review_on=NOW.date(),
    )  # fmt: skip

    assert found
    assert residue(notice, Passage()) == []


@pytest.mark.parametrize(
    "detail",
    [
        "经营者张三未公示健康证",
        "住人民路12号",
        "现场在3幢201室",
        "示例市张三小吃店货架标签不全",
        "李四在场",
    ],
)
def test_a_sole_traders_name_or_dwelling_in_the_findings_stops_the_batch(
    stores: Stores, detail: str
) -> None:
    trader = an_entity(form=EntityForm.SOLE_TRADER, name="示例市张三小吃店", legal_person="李四")
    result = a_result(findings=(a_finding(detail=detail),))
    passages = [
        redact(an_agency(), around()),
        redact(trader, around(party=trader)),
        redact(result, around(party=trader, check=result)),
    ]

    with pytest.raises(Residue):
        publish(stores.register, passages, now=NOW)


def test_an_inspectors_name_in_the_findings_stops_the_batch(stores: Stores) -> None:
    result = a_result(inspector_names="赵甲、钱乙", findings=(a_finding(detail="钱乙到场核查"),))

    with pytest.raises(Residue):
        publish(stores.register, [*_passages(), redact(result, around(check=result))], now=NOW)
