"""Who wrote a letter is told by no answer, however they wrote their name and number down."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.domain.replies import LetterKind, ReplyState
from portal.internal.desk import letters
from portal.internal.desk.letters import BadDraft
from tests.conftest import NOW, Office
from tests.internal.test_letters import result as result
from tests.internal.test_letters import send


def _answer(office: Office, reference: str, decision: str) -> None:
    letters.collect(office.stores, now=NOW)
    letters.propose(
        office.stores, reference, outcome=ReplyState.REFUSED, decision=decision, let_pass=True,
        by="wu", now=NOW,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("contact", "told"),
    [
        ("王小明 13900139000", "王小明所说的情况不实。"),
        ("王小明13900139000", "王小明所说的情况不实。"),
        ("王小明（手机同微信）", "王小明所说的情况不实。"),
        ("联系人王小明，微信wxm_2001", "王小明所说的情况不实。"),
        ("联系人王小明，微信wxm_2001", "已在微信回复 wxm_2001。"),
        ("王芳 13900139000", "王芳所说的情况不实。"),
        ("王芳１３９００１３９０００", "王 芳所说的情况不实。"),
        ("电话找李先生", "李先生所说的情况不实。"),
    ],
)
def test_an_answer_does_not_name_who_wrote(
    office: Office, client: FlaskClient, result: str, contact: str, told: str
) -> None:
    reference = send(client, result, LetterKind.ERROR, contact=contact)

    with pytest.raises(BadDraft):
        _answer(office, reference, told)


def test_what_stands_beside_a_name_is_no_secret(
    office: Office, client: FlaskClient, result: str
) -> None:
    reference = send(client, result, LetterKind.ERROR, contact="联系电话：13900139000，请打手机")

    _answer(office, reference, "请以联系电话或者手机与本局联系，地址见机关页面。")

    with Session(office.stores.internal) as session:
        assert letters.get(session, reference).decision is not None
