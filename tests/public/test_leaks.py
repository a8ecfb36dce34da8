"""Nothing that is not published can be seen, counted or inferred from outside."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.grounds import Ground
from portal.domain.verdicts import Act
from portal.domain.workflow import Role
from portal.internal.desk import decide as desk
from portal.internal.desk import notices, people, retract, scheduled
from portal.internal.desk.orders import Order
from portal.internal.desk.stores import Stores, open_stores
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.settings import ID_KEY, SettingRow
from portal.public.app import create_app
from portal.register.records import Kind
from portal.register.search import keeping
from portal.register.search.model import Query
from portal.register.search.opening import open_engine
from portal.register.tables.entities import EntityRow
from tests import stage
from tests.conftest import NOW, Office, furnish
from tests.makers import AGENCY, AGENCY_ROW, CANARY, CODE_CANARY, ITEM_ROW, RESULT_ROW
from tests.public.crawl import Answer, crawl, walked
from tests.raw import store_bytes
from tests.stage import urls

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
    leaks, broken, count = [], [], 0
    for address, answer in walked(create_app(urls(demo)[0]).test_client()):
        count += 1
        if any(secret.encode() in answer.body for secret in SECRETS):
            leaks.append(address)
        if answer.status not in (200, 302, 308):
            broken.append((address, answer.status))

    assert leaks == []
    assert broken == []
    assert count > 10_000


@pytest.mark.slow
def test_no_canary_is_in_the_register_or_letterbox_files(demo: Path) -> None:
    outside = store_bytes(demo) + store_bytes(demo, "letterbox")

    assert [secret for secret in SECRETS if secret.encode() in outside] == []
    assert SECRETS[0].encode() in store_bytes(demo, "internal")


@pytest.mark.slow
def test_no_canary_is_in_a_file_of_the_index_nor_found_by_it(demo: Path) -> None:
    """Pairs of characters too: an index keeps words in pieces."""
    settings, internal = urls(demo)
    stores = open_stores(settings, internal)
    keeping.catch_up(stores.register, stores.index)
    content = b"".join(path.read_bytes() for path in (demo / "search").iterdir())
    client = create_app(settings).test_client()

    pieces = {"金丝", "丝雀", "JSQ", "jsq", "白鹇", "玄鸟"}
    kept = [p for p in pieces if any(p.encode(c) in content for c in ("utf-8", "utf-16-le"))]
    found = [
        secret
        for secret in SECRETS
        for address in ("/search", "/search/suggest")
        if b'href="/results/r_' in client.get(address, query_string={"q": secret}).data
        or b'"url"' in client.get(address, query_string={"q": secret}).data
    ]

    assert kept == []
    assert found == []
    assert "示例".encode("utf-16-le") in content


@pytest.mark.slow
def test_a_list_under_embargo_is_not_searched(demo: Path) -> None:
    """What a draw under embargo drew, and the parties it alone brought in, are in no answer."""
    settings, internal = urls(demo)
    stores = open_stores(settings, internal)
    keeping.catch_up(stores.register, stores.index)
    with Session(stores.internal) as inside, Session(stores.register) as outside:
        filed = set(
            inside.scalars(sa.select(FilingRow.public_id).where(FilingRow.kind == "entity"))
        )
        public = set(outside.scalars(sa.select(EntityRow.public_id)))
    engine = open_engine(settings.search_url)
    every = Query(filters={"kind": ("entity",)}, order="date", limit=100_000)

    indexed = {hit.public_id for hit in engine.search(every).hits}

    assert filed - public
    assert indexed == public


@pytest.mark.slow
@pytest.mark.parametrize(
    "private", ["2369132", "胡家磊", "66601934", "66601935", "jnssgb", "195421667"]
)
def test_contact_data_of_the_real_papers_stays_inside(demo: Path, private: str) -> None:
    public = store_bytes(demo)
    inside = store_bytes(demo, "internal")

    assert private.encode() in inside
    assert private.encode() not in public


@pytest.mark.slow
def test_officials_named_in_their_office_stay_in_the_papers(demo: Path) -> None:
    public = store_bytes(demo)

    assert [name for name in ("陈新华副市长", "陈晓明局长") if name.encode() not in public] == []


def test_two_offices_that_differ_only_in_secrets_give_the_same_site(
    even_salts: None, migrated: Path, tmp_path: Path, stores: Stores, data: Path
) -> None:
    """Non-interference: everything unpublished may change, and no byte outside does.

    The log is part of the site: its entries, proofs and signed heads are the same too.
    """
    office = furnish(stores, tmp_path)
    other_data = stage.copy(migrated, tmp_path / "other")
    (other_data / "log.key").write_bytes((data / "log.key").read_bytes())
    other = _twin(office, other_data, tmp_path)

    for each, note in ((office, "甲"), (other, "乙")):
        secretive = each is other
        extra = (
            [_result(n, disclosure="不予确认", **DECISION) for n in range(3, 9)]
            if each is other
            else []
        )
        batch = each.file(
            "results",
            _result(1, note=note, inspector_names=note),
            *extra,
            _result(2),
            _result(11, detail=f"只有{note}知道的检查情况"),
            _result(12, detail="经理王小明在场" if secretive else "无异常"),
            _result(13),
        ).batch_id
        unreleased = [_result(n) for n in (20, 21)] if secretive else [_result(30)]
        each.file("results", *unreleased)
        for number in (11, 12):
            _decide(each, number, "detail", Act.WITHHOLD)
        if secretive:
            _decide(each, 13, "", Act.NEVER)
            _decide(each, 13, "", Act.OPEN)
        each.publish(batch, let_pass=True)
        if secretive:
            #: Tried and taken back, held, never acknowledged: all of it inside.
            for number in range(3, 6):
                _decide(each, number, "handling_text", Act.MASK)
            _decide(each, 20, "", Act.NEVER)
            _decide(each, 21, "detail", Act.WITHHOLD)
        _decide(each, 2, "", Act.WITHHOLD)
        #: One office is slower than the other, and has another hour in its ledger.
        later = NOW + timedelta(hours=3 if secretive else 2)
        notices.release_notices(each.stores, by="he", now=NOW)
        assert scheduled.carry_out(each.stores, now=later).is_nothing

    for each in (office, other):
        keeping.catch_up(each.stores.register, each.stores.index)
    first, second = (_everything(folder) for folder in (data, other_data))
    assert len(first) > 20
    assert sum(address.startswith("/log/proof") for address in first) > 5
    assert sum(address.startswith("/search") for address in first) > 20
    assert _strip(first, data) == _strip(second, other_data)


#: Asked of both worlds: what is public, what only one of them holds, and what neither does.
_DIGEST = re.compile(r'-[0-9a-f]{32}"')
_ASKED = (
    "示例市", "青禾", "乙", "另一个人", "另一条备注", "JC-0003", "公共安全", "示例市市场监督管理局", CODE_CANARY,
    CANARY, "slsqh", "食品 OR 许可", "-青禾", RESULT_ROW["identifier"], "示例市青和食品有限公司",
)  # fmt: skip


def _everything(data: Path) -> dict[str, Answer]:
    """Return every page that links lead to, and what search answers to `_ASKED`."""
    client = create_app(urls(data)[0]).test_client()
    found = crawl(client)
    for asked in _ASKED:
        for address in (f"/search?q={asked}", f"/search/suggest?q={asked}"):
            answer = client.get(address)
            headers = tuple(sorted((n, v) for n, v in answer.headers.items() if n != "Date"))
            found[address] = Answer(answer.status_code, headers, answer.get_data())
    return found


def _decide(office: Office, number: int, place: str, act: Act) -> None:
    order = Order(
        place=place, act=act, ground=Ground.PUBLIC_SECURITY, article="第十四条",
        decided_by="示例市市场监督管理局", decided_on=date(2025, 6, 1), review_on=date(2026, 5, 29),
        reason="不得公开的理由",
    )  # fmt: skip
    desk.decide(
        office.stores, Kind.RESULT, f"{AGENCY}/JC-{number:04}", [order], by="wu", second="bao",
        now=NOW, confirmed=True,
    )  # fmt: skip


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
    for name, role in (
        ("lin", Role.CLERK), ("wu", Role.REVIEWER), ("he", Role.PUBLISHER), ("bao", Role.SECRECY),
    ):  # fmt: skip
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
    """Compare everything but the register's own random epoch, which is in validators and envelopes.

    The validator of a feed ends with a digest of its bytes, the epoch among them; the bytes are compared.
    """
    with Session(sa.create_engine(urls(data)[0].register_url)) as session:
        epoch = str(session.scalars(sa.text("SELECT value FROM epoch")).one())
    return {
        address: _DIGEST.sub(
            '-DIGEST"', repr(answer).replace(epoch, "EPOCH").replace(epoch[:8], "EPOCH")
        )
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
