"""Was my company in the drum? Everybody who may be named gets a proof; about all others one answer."""

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.domain.merkle import Kept, is_included, leaf_hash
from portal.domain.verdicts import Act
from portal.internal.cli import main as office_main
from portal.internal.desk import forgetting, scheduled
from portal.internal.desk.drawing import following, freezing, keeping, orders, outward, steps
from portal.kit import migrate
from portal.public.cli import main
from portal.register import packages
from portal.register.packages import Package
from portal.register.proofs.audit import audit
from portal.register.queries import draws
from portal.register.records import PublicDraw
from portal.register.tables.draws import DrawLeafRow, DrawMemberRow, DrawPackageRow
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import ORDER, frozen, numbered, parties, sealed
from tests.public.test_draw_secrets import LATER, SECRET, TRADER, UNIT, _decide, _world
from tests.raw import store_bytes
from tests.stage import environ, urls

NOBODY = numbered(77)


def _draw(office: Office) -> PublicDraw:
    with Session(office.stores.internal) as session:
        shown = outward.public_record(office.stores, session, keeping.load(session, "shili-1"))
    assert shown is not None
    return shown


def _verified(folder: Path, raw: bytes) -> dict[str, Any]:
    path = folder / "proof.json"
    path.write_bytes(raw)
    done = CliRunner().invoke(main, ["verify-inclusion", str(path)])
    assert (done.exit_code, done.stderr) == (0, "")
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_everybody_has_a_proof_from_the_commit_on_that_verifies_offline(
    office: Office, client: FlaskClient, tmp_path: Path
) -> None:
    parties(office)
    frozen(office)
    steps.commit(office.stores, "shili-1", by="he", now=NOW)
    draw = _draw(office)
    page = client.get(f"/draws/{draw.id}")
    for n in range(10):
        text = client.get(f"/draws/{draw.id}?number={numbered(n).lower()}").text
        assert "是否抽中，揭示后公布" in text
        raw = client.get(f"/draws/{draw.id}/inclusion.json?number={numbered(n)}").data
        told = _verified(tmp_path, raw)
        assert (told["object_id"], told["draw_id"]) == (numbered(n), "shili-1")
        assert told["commit_hash"] in page.text
        answer: Any = client.get(f"/api/v1/draws/{draw.id}/inclusion?identifier={numbered(n)}").json
        assert answer["data"] == {"state": "listed", "proof": json.loads(raw)}


def test_a_proof_is_the_same_after_the_reveal_and_says_what_became_of_it(
    office: Office, client: FlaskClient
) -> None:
    parties(office)
    sealed(office)
    address = f"/draws/{_draw(office).id}/inclusion.json?number="
    before = [client.get(address + numbered(n)).data for n in range(10)]
    steps.reveal(office.stores, "shili-1", by="he", second="an", now=LATER)
    assert [client.get(address + numbered(n)).data for n in range(10)] == before
    states = [
        client.get(f"/api/v1/draws/{_draw(office).id}/inclusion?identifier={numbered(n)}").json["data"]["state"]  # type: ignore[index] # the answer is JSON
        for n in range(10)
    ]  # fmt: skip
    assert (states.count("drawn"), states.count("undrawn")) == (2, 8)


@pytest.mark.parametrize("when", ["sealed", "revealed"])
def test_of_whom_may_not_be_named_the_answer_is_that_of_one_who_was_not_there(
    office: Office, client: FlaskClient, when: str
) -> None:
    _world(office)
    sealed(office)
    if when == "revealed":
        steps.reveal(office.stores, "shili-1", by="he", second="an", now=LATER)
        _decide(office, numbered(4), Act.NEVER)
    draw = _draw(office).id
    hidden = [TRADER, UNIT, SECRET, *([numbered(4)] if when == "revealed" else [])]
    for address in (
        f"/draws/{draw}?number=", f"/draws/{draw}?lang=en&number=", f"/draws/{draw}/inclusion.json?number=",
        f"/api/v1/draws/{draw}/inclusion?identifier=",
    ):  # fmt: skip
        expected = _answer(client, address, NOBODY)
        assert [_answer(client, address, each) for each in hidden] == [expected] * len(hidden)


def test_who_is_taken_out_of_a_list_after_a_crash_is_confirmed_to_nobody_and_in_no_file(
    office: Office, client: FlaskClient, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list was taken away without a change: caches in front were told that what they held was still so."""
    parties(office)
    frozen(office)
    steps.commit(office.stores, "shili-1", by="he", now=NOW)
    gone = numbered(4)
    address = f"/draws/{_draw(office).id}/inclusion.json?number={gone}"

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as crash:
        crash.setattr(following, "follow", killed)
        with pytest.raises(KeyboardInterrupt):
            _decide(office, gone, Act.NEVER)
    forgetting.forget(office.stores)
    meanwhile = client.get(address)
    assert (meanwhile.status_code, gone in meanwhile.text) == (200, True)
    scheduled.carry_out(office.stores, now=NOW)

    again = client.get(address, headers={"If-None-Match": meanwhile.headers["ETag"]})
    assert again.status_code == 404
    assert gone.encode() not in store_bytes(data)
    with Session(office.stores.register) as session:
        assert audit(session).faults == []


def _answer(client: FlaskClient, address: str, number: str) -> tuple[int, str, str]:
    """Return status, headers and body; a page repeats what it was asked."""
    answer = client.get(address + number)
    headers = sorted((n, v) for n, v in answer.headers.items() if n not in ("Date", "ETag"))
    return answer.status_code, repr(headers).replace(number, ""), answer.text.replace(number, "")


def test_a_list_that_tells_of_a_sealed_round_waits_for_its_reveal(office: Office) -> None:
    """Its rows say who was drawn before."""
    parties(office)
    sealed(office)
    second = ORDER.replace("shili-1", "shili-2").replace(
        "draw_on", 'round = 2\nexclude_drawn_in = ["shili-1"]\ndraw_on', 1
    )
    freezing.freeze(office.stores, orders.read(second), by="lin", now=NOW)
    steps.commit(office.stores, "shili-2", by="he", now=NOW)
    with Session(office.stores.internal) as session:
        public_id = outward.public_id(session, keeping.load(session, "shili-2"))
    with Session(office.stores.register) as session:
        assert not packages.is_listed(session, public_id)
        assert _eligible(session, public_id) == [None]
    steps.reveal(office.stores, "shili-1", by="he", second="an", now=LATER)
    outward.sync(office.stores, "shili-2", now=LATER)
    with Session(office.stores.register) as session:
        assert packages.is_listed(session, public_id)
        assert _eligible(session, public_id) == [8]


def _eligible(session: Session, public_id: str) -> list[int | None]:
    shown = draws.get(session, public_id)
    assert shown is not None
    return [each.eligible for each in shown.record.strata]


def test_a_void_draw_keeps_its_list(office: Office, client: FlaskClient) -> None:
    parties(office)
    sealed(office)
    steps.void(
        office.stores, "shili-1", reason="share_not_revealed", unit="示例市司法局", replaced_by=None,
        by="he", second="an", now=NOW,
    )  # fmt: skip
    assert client.get(f"/draws/{_draw(office).id}/inclusion.json?number={numbered(3)}").status_code == 200  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(size=st.integers(1, 70_000), at=st.floats(0, 1, exclude_max=True))
def test_a_path_read_from_tiles_is_that_of_the_whole_tree(size: int, at: float) -> None:
    leaves = [leaf_hash(b"%d" % number) for number in range(size)]
    place = int(size * at)
    engine = sa.create_engine("sqlite://")
    for table in (DrawLeafRow, DrawMemberRow, DrawPackageRow):
        table.metadata.tables[table.__tablename__].create(engine)
    with Session(engine) as session:
        packages.put(session, "d_1", Package(b"", [], leaves))
        path = packages.path(session, "d_1", place, size)
    engine.dispose()
    tree = Kept(leaves)
    assert path == tree.inclusion_path(place)
    assert is_included(leaves[place], place, size, path, tree.root())


def test_an_upgrade_gives_proofs_to_draws_published_before_there_were_any(
    office: Office, client: FlaskClient, data: Path
) -> None:
    parties(office)
    sealed(office)
    steps.reveal(office.stores, "shili-1", by="he", second="an", now=LATER)
    address = f"/draws/{_draw(office).id}/inclusion.json?number={numbered(3)}"
    before = client.get(address)
    office.stores.register.dispose()
    migrate.downgrade("register", urls(data)[0].register_url, "0011")

    done = CliRunner().invoke(office_main, ["migrate"], env=environ(data))

    assert (done.exit_code, done.output) == (0, "")
    assert (client.get(address).data, before.status_code) == (before.data, 200)


def test_proofs_taken_away_by_hand_are_missed(office: Office) -> None:
    """As if the draw had been published before there were any: everybody would be told that no list names them."""
    parties(office)
    sealed(office)
    steps.reveal(office.stores, "shili-1", by="he", second="an", now=LATER)
    with office.stores.register.begin() as connection:
        connection.exec_driver_sql("UPDATE draw_member SET place = -1, entry = ''")
        connection.exec_driver_sql("DELETE FROM draw_leaf")

    with Session(office.stores.register) as session:
        told = audit(session).faults
    assert any("名单没有证明" in each for each in told)
