"""The log for readers: heads, entries and proofs that a stranger can verify, and nothing beyond."""

import base64
import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.domain.merkle import is_consistent, is_included, leaf_hash
from portal.internal.desk import retract
from portal.public.app import create_app
from portal.public.cli import main
from portal.register.proofs.note import Checkpoint, Verifier
from portal.register.records import Kind
from portal.register.tables.log import LeafRow
from portal.register.tables.results import ResultRow
from tests import stage
from tests.conftest import NOW, Office
from tests.makers import ITEM_ROW, RESULT_ROW
from tests.public.crawl import crawl
from tests.raw import store_bytes
from tests.stage import urls


def _proof(client: FlaskClient, address: str) -> dict[str, Any]:
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert answer.mimetype == "application/json"
    found = json.loads(answer.data)
    assert isinstance(found, dict)
    return found


def _holds(proof: dict[str, Any]) -> bool:
    """Verify a proof with what its reader has: the proof, the vkey and RFC 9162."""
    head = Checkpoint.of(proof["checkpoint"])
    path = [bytes.fromhex(each) for each in proof["path"]]
    leaf = leaf_hash(proof["entry"].encode())
    return (
        any(Verifier.of(vkey).opens(proof["checkpoint"]) for vkey in proof["vkeys"])
        and head.size == proof["size"]
        and is_included(leaf, proof["index"], head.size, path, head.root)
    )


def _opens(proof: dict[str, Any]) -> bool:
    """Compute the commitment from its description alone."""
    parts = (b"dsr-log/1/commit", bytes.fromhex(proof["salt"]), proof["record"].encode())
    text = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return bool(json.loads(proof["entry"])["commitment"] == sha256(text).hexdigest())


@pytest.fixture
def result_id(office: Office) -> str:
    office.put("results", RESULT_ROW)
    with Session(office.stores.register) as session:
        return session.scalars(sa.select(ResultRow.public_id)).one()


def test_a_published_record_is_proven_to_whoever_asks(client: FlaskClient, result_id: str) -> None:
    proof = _proof(client, f"/log/proof?kind=result&id={result_id}")

    assert _holds(proof)
    assert _opens(proof)
    record = json.loads(proof["record"])
    assert record["id"] == proof["id"] == result_id
    assert proof["record"] == json.dumps(
        record, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    assert proof == _proof(client, f"/log/proof/{proof['index']}")


def test_every_entry_stands_under_the_signed_head(client: FlaskClient, result_id: str) -> None:
    note = client.get("/log/checkpoint")
    head = Checkpoint.of(note.get_data(as_text=True))
    lines = client.get("/log/entries").data.splitlines()

    proofs = [_proof(client, f"/log/proof/{index}") for index in range(head.size)]

    assert note.mimetype == "text/plain"
    assert [proof["entry"].encode() for proof in proofs] == lines
    assert all(_holds(proof) and _opens(proof) for proof in proofs)
    assert client.get("/log/entries?start=1&limit=2").data.splitlines() == lines[1:3]
    assert client.get(f"/log/entries?start={head.size}").data == b""


def test_every_record_page_leads_to_a_proof_that_holds(client: FlaskClient, result_id: str) -> None:
    for page in crawl(client).values():
        text = page.body.decode() if page.status == 200 else ""
        for link in re.findall(r'href="(/log/proof\?[^"]+)"', text):
            proof = _proof(client, link.replace("&amp;", "&"))
            assert _holds(proof)
            assert _opens(proof)
    assert "/log/check#result/" in client.get(f"/results/{result_id}").get_data(as_text=True)


def test_a_later_head_is_proven_to_go_on_from_an_earlier_one(
    office: Office, client: FlaskClient, result_id: str
) -> None:
    first = Checkpoint.of(client.get("/log/checkpoint").get_data(as_text=True))
    office.put("results", {**RESULT_ROW, "code": "JC-0002"})
    second = Checkpoint.of(client.get("/log/checkpoint").get_data(as_text=True))

    told = _proof(client, f"/log/consistency?from={first.size}&to={second.size}")

    path = [bytes.fromhex(each) for each in told["path"]]
    assert first.size < second.size
    assert is_consistent(first.size, second.size, path, first.root, second.root)
    assert told["from_root"] == first.root.hex()
    assert told["to_root"] == second.root.hex()
    earlier = client.get(f"/log/checkpoint?size={first.size}").get_data(as_text=True)
    assert Checkpoint.of(earlier) == first


def test_a_withdrawn_record_leaves_its_leaf_and_neither_salt_nor_text(
    office: Office, client: FlaskClient, result_id: str
) -> None:
    before = _proof(client, f"/log/proof?kind=result&id={result_id}")

    retract.retract(office.stores, Kind.RESULT, result_id, by="he", second="an", now=NOW)

    after = _proof(client, f"/log/proof/{before['index']}")
    gone = client.get(f"/log/proof?kind=result&id={result_id}")
    withdrawal = _proof(client, f"/log/proof/{before['index'] + 1}")
    assert after["entry"] == before["entry"]
    assert _holds(after)
    assert {"salt", "record", "kind", "id"}.isdisjoint(after)
    assert {"salt", "record", "kind", "id"}.isdisjoint(withdrawal)
    assert json.loads(withdrawal["entry"])["of"] == before["index"]
    assert gone.status_code == 410
    with Session(office.stores.register) as session:
        salt = session.scalars(
            sa.select(LeafRow.salt).where(LeafRow.serial == before["index"] + 1)
        ).one()
    assert salt is None
    files = store_bytes(office.stores.files.parent)
    assert bytes.fromhex(before["salt"]) not in files
    assert _opens(before), "whoever kept record and salt can still prove it"


def test_an_older_version_is_opened_only_where_its_page_shows_it(
    office: Office, client: FlaskClient, result_id: str
) -> None:
    item = json.loads(client.get("/log/proof/1").data)
    check = _proof(client, f"/log/proof?kind=result&id={result_id}")
    office.put("items", {**ITEM_ROW, "name": "食品经营许可情况检查（修订）"})
    office.put("results", {**RESULT_ROW, "unit": "市场监管二所"})

    older = [_proof(client, f"/log/proof/{each['index']}") for each in (item, check)]

    assert item["kind"] == "item"
    assert [(_holds(each), "record" in each, "salt" in each) for each in older] == [
        (True, True, True),
        (True, False, False),
    ]
    newest = _proof(client, f"/log/proof?kind=result&id={result_id}")
    assert json.loads(newest["entry"])["of"] == check["index"]


def test_what_was_never_public_gets_the_same_answer_whatever_it_is(
    office: Office, client: FlaskClient, result_id: str
) -> None:
    unreleased = office.file("results", {**RESULT_ROW, "code": "JC-0009"})
    assert unreleased.batch_id is not None
    answers = [
        client.get(address)
        for address in (
            "/log/proof?kind=result&id=r_0000", "/log/proof?kind=withheld&id=w_1",
            "/log/proof?kind=entity&id=" + result_id, "/log/proof/999999", "/log/checkpoint?size=999",
        )
    ]  # fmt: skip

    assert {answer.status_code for answer in answers} == {404}
    assert len({re.sub(rb"/log/[^<\"]*", b"", answer.data) for answer in answers}) == 1


@pytest.mark.parametrize(
    "address",
    [
        "/log/proof?kind=result", "/log/proof?id=r_1", "/log/proof?kind=secret&id=r_1",
        "/log/proof?kind=result&id=%27%3B--", "/log/proof?kind=result&id=r_1&x=1",
        "/log/proof?kind=result&kind=result&id=r_1", "/log/proof/-1", "/log/proof/x", "/log/proof/１",
        "/log/proof/1e3", "/log/proof/" + "9" * 40, "/log/entries?start=-1", "/log/entries?limit=0",
        "/log/entries?limit=1001", "/log/entries?start=99999999", "/log/consistency", "/log/consistency?from=0",
        "/log/consistency?from=3&to=2", "/log/consistency?from=1&to=99999", "/log/checkpoint?size=x",
        "/log/?x=1", "/log/check?kind=result",
    ],
)  # fmt: skip
def test_a_strange_parameter_is_refused_with_what_would_be_right(
    client: FlaskClient, result_id: str, address: str
) -> None:
    answer = client.get(address)

    assert answer.status_code == 400
    assert "可以使用：" in answer.get_data(as_text=True)


def test_before_the_first_head_there_is_a_page_and_no_proof(migrated: Path, tmp_path: Path) -> None:
    client = create_app(urls(stage.copy(migrated, tmp_path / "empty"))[0]).test_client()

    status = {
        address: client.get(address).status_code
        for address in ("/log/", "/log/check", "/log/checkpoint", "/log/entries", "/log/proof/0",
                        "/log/consistency?from=1", "/docs/keys")
    }  # fmt: skip

    assert status == {
        "/log/": 200, "/log/check": 200, "/log/checkpoint": 404, "/log/entries": 404,
        "/log/proof/0": 404, "/log/consistency?from=1": 404, "/docs/keys": 302,
    }  # fmt: skip


def test_an_answer_is_sent_again_only_when_it_has_changed(
    office: Office, client: FlaskClient, result_id: str
) -> None:
    tag = client.get("/log/checkpoint").headers["ETag"]
    same = client.get("/log/checkpoint", headers={"If-None-Match": tag})
    office.put("results", {**RESULT_ROW, "code": "JC-0002"})
    fresh = client.get("/log/checkpoint", headers={"If-None-Match": tag})

    assert (same.status_code, fresh.status_code) == (304, 200)
    assert fresh.headers["Cache-Control"] == "no-cache"


def test_the_page_shows_the_head_and_the_key_in_both_languages(
    client: FlaskClient, result_id: str
) -> None:
    head = Checkpoint.of(client.get("/log/checkpoint").get_data(as_text=True))
    for address, heading in (("/log/", "没有证明什么"), ("/log/?lang=en", "What is not proven")):
        page = client.get(address).get_data(as_text=True)
        assert heading in page
        assert head.root.hex() in page
        assert base64.b64encode(head.root).decode() in page
        assert "mingcha.example/log+" in page


def _verify_log(data: Path, *words: str) -> tuple[int, str]:
    environ = stage.environ(data)
    done = CliRunner().invoke(main, ["verify-log", *words], env=environ)
    return done.exit_code, done.output


def test_verify_log_tells_what_it_did_and_keeps_what_it_saw(
    office: Office, client: FlaskClient, data: Path, tmp_path: Path, result_id: str
) -> None:
    witness = tmp_path / "seen"
    first = _verify_log(data, "--witness", str(witness))
    seen = witness.read_text()
    office.put("results", {**RESULT_ROW, "code": "JC-0002"})
    second = _verify_log(data, "--witness", str(witness), "--json")

    assert first[0] == 0
    assert first[1].startswith("变更 4 条，重新计算承诺值 4 个：现行记录 4，旧版本 0")
    assert seen in first[1]
    assert second[0] == 0
    assert json.loads(second[1])["checked"]["witness"] == 1
    assert witness.read_text() == client.get("/log/checkpoint").get_data(as_text=True) != seen


def test_verify_log_refuses_what_was_edited_and_leaves_the_witness_alone(
    office: Office, data: Path, tmp_path: Path, result_id: str
) -> None:
    witness = tmp_path / "seen"
    assert _verify_log(data, "--witness", str(witness))[0] == 0
    seen = witness.read_text()
    with office.stores.register.begin() as connection:
        connection.exec_driver_sql("UPDATE result SET body = replace(body, '2025', '2024')")

    status, told = _verify_log(data, "--witness", str(witness))

    assert status == 1
    assert f"（result {result_id}）：正文、盐值与承诺值不符" in told
    assert witness.read_text() == seen
    assert _verify_log(tmp_path / "nothing")[0] == 1


def test_the_private_key_is_in_no_answer_and_no_public_file(
    office: Office, data: Path, client: FlaskClient, result_id: str
) -> None:
    #: PRIVATE+KEY+name+number+base64, which may hold a plus itself.
    secret = office.stores.log_key.path.read_text().strip().split("+", 4)[-1]
    assert len(secret) == 44

    assert [a for a, page in crawl(client).items() if secret.encode() in page.body] == []
    assert secret.encode() not in store_bytes(data)
    assert "log_key" not in dir(urls(data)[0])
