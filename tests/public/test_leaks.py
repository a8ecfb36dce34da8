"""Nothing that is not published can be seen, counted or inferred from outside."""

from hashlib import sha256
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.workflow import Role
from portal.internal.desk import people, retract
from portal.internal.desk.stores import open_stores
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.settings import ID_KEY, SettingRow
from portal.public.app import create_app
from portal.register.proofs import entries
from portal.register.records import Kind
from tests.conftest import NOW, Office, urls
from tests.makers import AGENCY_ROW, CANARY, CODE_CANARY, ITEM_ROW, RESULT_ROW
from tests.public.crawl import Answer, crawl
from tests.raw import raw_bytes

ENTITY_ROW = {"entity_name": "示例市青禾食品有限公司", "identifier": RESULT_ROW["identifier"]}
DECISION = {
    "ground": "危及公共安全",
    "decided_by": "示例市市场监督管理局",
    "decided_on": "2025-03-01",
    "review_on": "2026-02-28",
}
#: Canaries of private fields, of values that decisions keep back, and of military units.
SECRETS = ("金丝雀", "JSQ-", "白鹇", "玄鸟")


@pytest.mark.slow
def test_no_canary_is_anywhere_on_the_demonstration_site(demo: Path) -> None:
    pages = crawl(create_app(urls(demo)[0]).test_client())

    leaks = [
        address
        for address, answer in pages.items()
        if any(s.encode() in answer.body for s in SECRETS)
    ]
    broken = [
        (address, answer.status)
        for address, answer in pages.items()
        if answer.status not in (200, 302, 308)
    ]
    assert leaks == []
    assert broken == []
    assert len(pages) > 1000


@pytest.mark.slow
def test_no_canary_is_in_the_register_or_letterbox_files(demo: Path) -> None:
    files = [*demo.glob("register.db*"), *demo.glob("letterbox.db*")]

    assert [f.name for f in files if any(s.encode() in raw_bytes(f) for s in SECRETS)] == []
    assert any(SECRETS[0].encode() in raw_bytes(f) for f in demo.glob("internal.db*"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "private", ["2369132", "胡家磊", "66601934", "66601935", "jnssgb", "195421667"]
)
def test_contact_data_of_the_real_papers_stays_inside(demo: Path, private: str) -> None:
    public = b"".join(raw_bytes(path) for path in demo.glob("register.db*"))
    inside = b"".join(raw_bytes(path) for path in demo.glob("internal.db*"))

    assert private.encode() in inside
    assert private.encode() not in public


@pytest.mark.slow
def test_officials_named_in_their_office_stay_in_the_papers(demo: Path) -> None:
    public = b"".join(raw_bytes(path) for path in demo.glob("register.db*"))

    assert [name for name in ("陈新华副市长", "陈晓明局长") if name.encode() not in public] == []


@pytest.fixture
def even_salts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw salts from what they cover: two worlds then differ by what is committed to, not by chance."""

    def seal(text: bytes) -> tuple[bytes, bytes]:
        salt = sha256(b"salt of the twins" + text).digest()
        return salt, entries.commitment(salt, text)

    monkeypatch.setattr(entries, "seal", seal)


def test_two_offices_that_differ_only_in_secrets_give_the_same_site(
    even_salts: None, migrated: Path, tmp_path: Path, office: Office, data: Path
) -> None:
    """Non-interference: everything unpublished may change, and no byte outside does.

    The log is part of the site: its entries, proofs and signed heads are the same too.
    """
    other_data = tmp_path / "other"
    other_data.mkdir()
    for store in ("register", "internal", "letterbox"):
        (other_data / f"{store}.db").write_bytes((migrated / f"{store}.db").read_bytes())
    (other_data / "log.key").write_bytes((data / "log.key").read_bytes())
    other = _twin(office, other_data, tmp_path)

    for each, note in ((office, "甲"), (other, "乙")):
        extra = (
            [_result(n, disclosure="不予确认", **DECISION) for n in range(3, 9)]
            if each is other
            else []
        )
        each.put("results", _result(1, note=note, inspector_names=note), *extra, _result(2))
        unreleased = [_result(n) for n in (20, 21)] if each is other else [_result(30)]
        each.file("results", *unreleased)

    first = crawl(create_app(urls(data)[0]).test_client())
    second = crawl(create_app(urls(other_data)[0]).test_client())
    assert len(first) > 20
    assert sum(address.startswith("/log/proof") for address in first) > 5
    assert _strip(first, data) == _strip(second, other_data)


def _result(number: int, **changes: object) -> dict[str, object]:
    return {**RESULT_ROW, "code": f"JC-{number:04}", **changes}


def _twin(office: Office, data: Path, folder: Path) -> Office:
    """Make a second office with the same key, people and first records."""
    settings, internal = urls(data)
    stores = open_stores(settings, internal)
    with Session(office.stores.internal) as source:
        key = source.scalars(sa.select(SettingRow.value).where(SettingRow.name == ID_KEY)).one()
    with Session(stores.internal) as session:
        session.add(SettingRow(name=ID_KEY, value=key))
        session.commit()
    for name, role in (("lin", Role.CLERK), ("wu", Role.REVIEWER), ("he", Role.PUBLISHER)):
        people.add(
            stores.internal, name=name, display=name, agency="*", roles=(role,), password=None
        )
    (folder / "twin").mkdir()
    twin = Office(stores, folder / "twin")
    twin.put(
        "agencies", {**AGENCY_ROW, "contact_person": "另一个人", "contact_phone": "000"}, now=NOW
    )
    twin.put("items", {**ITEM_ROW, "note": "另一条备注"}, now=NOW)
    return twin


def _strip(pages: dict[str, Answer], data: Path) -> dict[str, str]:
    """Compare everything but the register's own random epoch, which is in validators and envelopes."""
    with Session(sa.create_engine(f"sqlite:///{data / 'register.db'}")) as session:
        epoch = str(session.scalars(sa.text("SELECT value FROM epoch")).one())
    return {
        address: repr(answer).replace(epoch, "EPOCH").replace(epoch[:8], "EPOCH")
        for address, answer in pages.items()
    }


def test_an_unknown_id_and_a_secret_one_get_the_same_answer(office: Office, data: Path) -> None:
    office.put("results", _result(1), _result(2, disclosure="不予确认", **DECISION))
    with Session(office.stores.internal) as session:
        secret = session.scalars(
            sa.select(FilingRow.public_id).where(FilingRow.key.endswith("JC-0002"))
        ).one()
    client = create_app(urls(data)[0]).test_client()

    answers = [client.get(f"/results/{public_id}") for public_id in (secret, "r_" + "0" * 26)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert (
        len(
            {
                answer.get_data(as_text=True).replace(a, "")
                for answer, a in zip(answers, (secret, "r_" + "0" * 26), strict=True)
            }
        )
        == 1
    )


def test_a_withdrawn_record_answers_410_everywhere_at_once(office: Office, data: Path) -> None:
    office.put("results", _result(1))
    with Session(office.stores.internal) as session:
        public_id = session.scalars(
            sa.select(FilingRow.public_id).where(FilingRow.kind == "result")
        ).one()
    client = create_app(urls(data)[0]).test_client()
    tag = client.get(f"/results/{public_id}").headers["ETag"]

    retract.retract(office.stores, Kind.RESULT, public_id, by="he", second="an", now=NOW)

    answer = client.get(f"/results/{public_id}", headers={"If-None-Match": tag})
    assert answer.status_code == 410
    assert public_id not in client.get("/results/").get_data(as_text=True)
    assert CANARY not in answer.get_data(as_text=True)
    assert CODE_CANARY not in answer.get_data(as_text=True)
