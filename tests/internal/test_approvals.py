"""An approval is bound to its bytes: what differs afterwards does not go out, however it came about."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import FourEyesViolation, NotAllowed
from portal.domain.workflow import BatchState, Role
from portal.internal.desk import (
    approvals,
    batches,
    binding,
    people,
    release,
    retract,
    review,
    scheduled,
)
from portal.internal.desk.binding import ContentChanged
from portal.internal.desk.stores import Stores
from portal.internal.tables.approvals import ApprovalRow
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.ledger import LedgerRow
from portal.register.queries import changes
from portal.register.records import Kind
from tests.conftest import NOW, Office
from tests.makers import AGENCY, CREDIT_CODE, RESULT_ROW, Row

PARTY_ROW: Row = {"entity_name": "示例市青禾食品有限公司", "identifier": CREDIT_CODE}


def approved(office: Office, *rows: Row) -> int:
    """File rows of results and have them approved."""
    batch = office.file("results", *(rows or (RESULT_ROW,))).batch_id
    assert batch is not None
    review.approve(office.stores, batch, by="wu", now=NOW)
    return batch


def raw(stores: Stores, statement: str, **values: object) -> None:
    """Change the office's store as somebody with its file would."""
    with stores.internal.begin() as connection:
        assert connection.execute(sa.text(statement), values).rowcount > 0


def refused(office: Office, batch: int) -> str:
    """Release what must not go out; return what is said, having seen that nothing happened."""
    before = serial(office.stores)
    with pytest.raises(ContentChanged) as refusal:
        release.release(office.stores, batch, by="he", now=NOW)
    assert serial(office.stores) == before
    return str(refusal.value)


def serial(stores: Stores) -> int:
    with Session(stores.register) as session:
        return changes.serial(session)


def state_of(stores: Stores, batch: int) -> BatchState:
    with Session(stores.internal) as session:
        return batches.get(session, batch).batch_state


def test_text_changed_between_approval_and_release_does_not_go_out(office: Office) -> None:
    batch = approved(office)
    raw(
        office.stores,
        "UPDATE filing SET body = replace(body, 'SP-001', 'SP-009') WHERE batch_id = :b AND kind = 'result'",
        b=batch,
    )

    said = refused(office, batch)

    assert said == "审核后填报内容或审核记录被改动，本批一条也未公开，请审核人重新审核后再发布"
    assert state_of(office.stores, batch) is BatchState.APPROVED


def test_an_approval_forged_to_fit_the_changed_text_is_not_the_one_in_the_ledger(
    office: Office,
) -> None:
    batch = approved(office)
    raw(
        office.stores,
        "UPDATE filing SET body = replace(body, 'SP-001', 'SP-009') WHERE batch_id = :b AND kind = 'result'",
        b=batch,
    )
    with Session(office.stores.internal) as session:
        seen = approvals.seen(session, batches.get(session, batch))
    raw(
        office.stores,
        "UPDATE approval SET public_sha256 = :p, filed_sha256 = :f, parts = :parts",
        p=binding.total(seen.parts),
        f=seen.filed_sha256,
        parts=binding.stored(seen.parts),
    )

    assert refused(office, batch) == (
        f"批次 {batch} 没有有效的审核记录，本批一条也未公开，请审核人重新审核后再发布"
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE batch SET state = 'approved', reviewed_by = 'wu' WHERE id = :b",
        (
            "INSERT INTO approval (batch_id, author, reviewer, approved_at, public_sha256, filed_sha256, parts)"
            " SELECT id, filed_by, 'wu', filed_at, '', '', '[]' FROM batch WHERE id = :b"
        ),
    ],
)
def test_a_batch_put_into_the_queue_by_hand_does_not_go_out(office: Office, statement: str) -> None:
    batch = office.file("results", RESULT_ROW).batch_id
    assert batch is not None
    raw(office.stores, statement, b=batch)
    raw(office.stores, "UPDATE batch SET state = 'approved' WHERE id = :b", b=batch)

    assert "没有有效的审核记录" in refused(office, batch)


@pytest.mark.parametrize(
    ("column", "name"), [("reviewer", "lin"), ("publisher", "lin"), ("publisher", "wu")]
)
def test_the_store_itself_refuses_one_person_in_two_parts(
    office: Office, column: str, name: str
) -> None:
    batch = approved(office)

    with pytest.raises(sa.exc.IntegrityError):
        raw(
            office.stores,
            f"UPDATE approval SET {column} = :n WHERE batch_id = :b",
            n=name,
            b=batch,
        )


def test_the_store_refuses_another_author_under_an_approval(office: Office) -> None:
    batch = approved(office)

    with pytest.raises(sa.exc.IntegrityError):
        raw(office.stores, "UPDATE batch SET filed_by = 'wu' WHERE id = :b", b=batch)


def _add_who_may_do_both(office: Office) -> None:
    people.add(
        office.stores.internal, name="all", display="all", agency="*",
        roles=(Role.REVIEWER, Role.PUBLISHER), password=None,
    )  # fmt: skip


def test_who_approved_a_batch_does_not_release_it(office: Office) -> None:
    _add_who_may_do_both(office)
    batch = office.file("results", RESULT_ROW).batch_id
    assert batch is not None
    review.approve(office.stores, batch, by="all", now=NOW)

    with pytest.raises(FourEyesViolation) as refusal:
        release.release(office.stores, batch, by="all", now=NOW)

    assert str(refusal.value) == "审核人不得发布自己审核的批次，须由另一名发布人发布"
    assert state_of(office.stores, batch) is BatchState.APPROVED


def test_who_released_a_batch_does_not_approve_it_anew(office: Office) -> None:
    _add_who_may_do_both(office)
    batch = approved(office)
    release.release(office.stores, batch, by="all", now=NOW)

    with pytest.raises(FourEyesViolation, match="由本人发布"):
        review.approve(office.stores, batch, by="all", now=NOW)

    review.approve(office.stores, batch, by="wu", now=NOW)
    assert release.release(office.stores, batch, by="all", now=NOW).published == 0


def test_a_party_disclosed_otherwise_since_calls_for_another_look_and_the_rows_are_named(
    office: Office,
) -> None:
    office.put("entities", {**PARTY_ROW, "form": "企业"})
    rows = [{**RESULT_ROW, "code": f"JC-{n:04}"} for n in range(1, 4)]
    batch = approved(office, *rows)
    office.put("entities", {**PARTY_ROW, "form": "个体工商户"})

    said = refused(office, batch)
    review.approve(office.stores, batch, by="wu", now=NOW)
    done = release.release(office.stores, batch, by="he", now=NOW)

    assert said == (
        "审核后内容有变化，请重新审核：抽查结果 第 2–4 行。本批一条也未公开，请审核人重新审核后再发布"
    )
    assert done.published == 3


def test_nothing_else_filed_or_released_meanwhile_disturbs_an_approval(office: Office) -> None:
    office.put("entities", PARTY_ROW)
    batch = approved(office)
    office.put("results", {**RESULT_ROW, "code": "JC-0009"})
    office.file("results", {**RESULT_ROW, "code": "JC-0010"})

    assert release.release(office.stores, batch, by="he", now=NOW).published > 0


def test_an_approval_lasts_over_night(office: Office) -> None:
    batch = approved(office)

    done = release.release(office.stores, batch, by="he", now=datetime(2026, 1, 1, 1, tzinfo=UTC))

    assert done.published > 0


def test_a_batch_that_is_public_follows_a_withdrawal_and_may_be_released_again(
    office: Office, desk: Session
) -> None:
    batch = approved(office)
    release.release(office.stores, batch, by="he", now=NOW)
    query = sa.select(FilingRow.public_id).where(FilingRow.key == f"{AGENCY}/JC-0001")
    public_id = desk.scalars(query).one()
    desk.rollback()
    retract.retract(office.stores, Kind.RESULT, public_id, by="he", second="an", now=NOW)

    again = release.release(office.stores, batch, by="he", now=NOW)

    assert again.published == 0


def test_a_batch_that_is_public_does_not_go_out_again_changed(office: Office) -> None:
    batch = approved(office)
    release.release(office.stores, batch, by="he", now=NOW)
    raw(
        office.stores,
        "UPDATE filing SET body = replace(body, '青禾', '青苗') WHERE batch_id = :b AND kind = 'result'",
        b=batch,
    )

    assert "被改动" in refused(office, batch)


def test_a_return_takes_the_approval_back(office: Office, desk: Session) -> None:
    batch = approved(office)

    review.give_back(office.stores, batch, by="wu", now=NOW, reason="重报")

    assert not approvals.is_approved(desk, batch)


def test_the_ledger_says_what_was_approved(office: Office, desk: Session) -> None:
    batch = approved(office)

    row = desk.scalars(
        sa.select(LedgerRow).where(LedgerRow.batch_id == batch, LedgerRow.action == "approve")
    ).one()
    approval = desk.get(ApprovalRow, batch)

    assert approval is not None
    assert row.detail == (
        f"公开内容 SHA-256 {approval.public_sha256}；填报内容 SHA-256 {approval.filed_sha256}"
    )
    parts: list[Any] = json.loads(approval.parts)
    assert [(kind, first, last) for kind, first, last, _ in parts] == [("result", 2, 2)]


@pytest.mark.parametrize(
    "deed",
    [
        lambda stores: people.disable(stores.internal, "wu", by="an"),
        lambda stores: people.set_roles(stores.internal, "wu", (Role.CLERK,), by="an"),
        lambda stores: people.add(
            stores.internal, name="wu", display="wu", agency="990200-SCJG", roles=(Role.REVIEWER,),
            password=None,
        ),
    ],
    ids=["closed", "another role", "another agency"],
)  # fmt: skip
def test_an_approval_counts_no_more_once_its_reviewer_may_give_none(
    office: Office, deed: Callable[[Stores], None]
) -> None:
    """The account may have been closed because somebody else used it: another person looks again."""
    batch = approved(office)
    deed(office.stores)

    assert "审核已失效" in refused(office, batch)
    assert state_of(office.stores, batch) is BatchState.APPROVED
    with pytest.raises(NotAllowed):
        review.approve(office.stores, batch, by="wu", now=NOW)

    people.add(
        office.stores.internal, name="wang", display="wang", agency="*", roles=(Role.REVIEWER,),
        password=None,
    )  # fmt: skip
    review.approve(office.stores, batch, by="wang", now=NOW)
    release.release(office.stores, batch, by="he", now=NOW)
    assert state_of(office.stores, batch) is BatchState.RELEASED


def test_what_was_public_when_its_reviewer_left_may_be_released_again(office: Office) -> None:
    batch = approved(office)
    release.release(office.stores, batch, by="he", now=NOW)
    people.disable(office.stores.internal, "wu", by="an")
    before = serial(office.stores)

    release.release(office.stores, batch, by="he", now=NOW)

    assert serial(office.stores) == before


def test_an_ordered_release_waits_for_a_person_when_its_reviewer_has_left(office: Office) -> None:
    batch = approved(office)
    later = NOW + timedelta(days=1)
    scheduled.order(office.stores, batch, at=later, by="he", now=NOW)
    people.disable(office.stores.internal, "wu", by="an")

    done = scheduled.carry_out(office.stores, now=later)

    assert [(number, "审核已失效" in told) for number, told in done.refused] == [(batch, True)]
    assert state_of(office.stores, batch) is BatchState.APPROVED
