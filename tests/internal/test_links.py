"""What holds for every page of the office: links lead where their reader may go, and no id stands twice."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import unescape

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.domain.replies import LetterKind
from portal.internal.desk import decide, letters
from portal.kit import clock
from portal.register.records import Kind
from portal.register.tables.results import ResultRow
from tests.conftest import NOW, Office
from tests.internal.clicking import SignIn
from tests.internal.test_letters import send
from tests.internal.test_narrowing import HIDDEN
from tests.makers import AGENCY, RESULT_ROW

ROWS = [{**RESULT_ROW, "code": f"JC-{n:04}"} for n in range(1, 5)]
#: Of addresses that differ in nothing but numbers, ids and codes, so many are looked at.
_MOST_ALIKE = 3
#: What may stand in a page and is not another page of the office.
_ELSEWHERE = re.compile(r"/static/|/sheets/\w+/blank")


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "utc_now", lambda: NOW)


@pytest.fixture
def office(office: Office, client: FlaskClient) -> Office:
    """An office with two decisions due for review, two finds to be judged in one batch, and a letter."""
    office.put("results", *ROWS[:2])
    soon = replace(HIDDEN, place="detail", review_on=date(2025, 6, 20))
    for row in ROWS[:2]:
        key = f"{AGENCY}/{row['code']}"
        decide.decide(office.stores, Kind.RESULT, key, [soon], by="wu", now=NOW)
    office.file("results", *({**row, "detail": "经理王小明在场"} for row in ROWS[2:]))
    with Session(office.stores.register) as session:
        told = session.scalars(sa.select(ResultRow.public_id)).first()
    send(client, str(told), LetterKind.OBJECTION)
    letters.collect(office.stores, now=NOW)
    return office


def _pages(client: FlaskClient) -> Iterator[tuple[str, int, str]]:
    """Yield address, status and text of what can be reached from the work list, a few of each kind."""
    waiting, known = ["/due"], {"/due"}
    alike: Counter[str] = Counter()
    while waiting:
        address = waiting.pop(0)
        with client.get(address) as answer:
            text = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
        yield address, answer.status_code, text
        for link in map(unescape, re.findall(r'href="(/[^"#]*)', text)):
            shape = re.sub(r"[_\d].*", "", link)
            if link in known or _ELSEWHERE.match(link) or alike[shape] == _MOST_ALIKE:
                continue
            alike[shape] += 1
            known.add(link)
            waiting.append(link)


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("name", ["lin", "wu", "he", "root"])
def test_every_link_of_the_office_opens_for_whom_it_is_shown_to(
    signed_in: SignIn, name: str
) -> None:
    answers = [(address, status) for address, status, _ in _pages(signed_in(name))]

    assert [each for each in answers if each[1] != 200] == []
    assert len(answers) > 15


@pytest.mark.usefixtures("office")
def test_no_id_stands_twice_in_a_page_so_that_each_label_belongs_to_its_own_field(
    signed_in: SignIn,
) -> None:
    pages = {address: text for address, _, text in _pages(signed_in("wu"))}
    texts = "".join(pages.values())
    assert texts.count("放行理由") == texts.count("复核意见") == 2

    twice = {
        (address, found)
        for address, text in pages.items()
        for found, times in Counter(re.findall(r'\sid="([^"]+)"', text)).items()
        if times > 1
    }

    assert twice == set()
