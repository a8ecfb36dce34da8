"""Dumps: what is in them, how they are given, and how a withdrawal ends them."""

import base64
import csv
import fcntl
import gzip
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pyshacl
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from rdflib import DCAT, RDF, Graph, Namespace
from rdflib.compare import isomorphic
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.domain.errors import LogBroken
from portal.internal.desk import retract, scheduled
from portal.public import berths
from portal.public.api import dumps
from portal.public.app import create_app
from portal.public.berths import Berths, Pier
from portal.public.streaming import Retired
from portal.register.columns.datasets import DATASETS
from portal.register.dumps import shelf, verifying
from portal.register.dumps.describing import Terms
from portal.register.proofs.audit import audit
from portal.register.proofs.note import Verifier
from portal.register.records import Kind
from portal.register.tables.results import ResultRow
from tests.conftest import NOW, Office
from tests.makers import CANARY, CODE_CANARY, ITEM_ROW, RESULT_ROW, Row
from tests.raw import raw_bytes
from tests.stage import urls

_SHAPES = Path(__file__).resolve().parents[1] / "catalogue_shapes.ttl"
_HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
_MARK = "只此一条样品标签不全"


def _get(client: FlaskClient, address: str, **more: Any) -> TestResponse:
    """Fetch the whole answer and close it, as a server does."""
    return client.get(address, buffered=True, **more)


def _cut(office: Office, folder: Path | None = None) -> shelf.Dump | None:
    stores = office.stores
    terms = Terms("https://mingcha.example", "明察", "https://creativecommons.org/licenses/by/4.0/")
    signer = stores.log_key.signer(may_make=False)
    return shelf.cut(stores.register, folder or stores.dumps, terms, signer)


@pytest.fixture
def dump(office: Office) -> shelf.Dump:
    """A dump of a register with two results, one of which carries the mark."""
    marked: Row = {**RESULT_ROW,
        "code": "JC-0002", "outcomes": "责令改正", "detail": _MARK, "due_on": "2025-06-20",
    }  # fmt: skip
    office.put("results", RESULT_ROW, marked)
    made = _cut(office)
    assert made is not None
    return made


def _marked_id(office: Office) -> str:
    with Session(office.stores.register) as session:
        found = session.scalars(
            sa.select(ResultRow.public_id).where(ResultRow.body.contains(_MARK))
        )
        return found.one()


def test_two_dumps_of_one_serial_are_equal_byte_for_byte(
    office: Office, dump: shelf.Dump, tmp_path: Path
) -> None:
    again = _cut(office, tmp_path / "elsewhere")

    assert again is not None
    names = sorted(path.name for path in dump.folder.iterdir())
    assert names == sorted(path.name for path in again.folder.iterdir())
    assert [
        name for name in names if raw_bytes(dump.folder / name) != raw_bytes(again.folder / name)
    ] == []


def test_nothing_new_makes_no_dump_and_a_new_one_replaces_the_last(
    office: Office, dump: shelf.Dump
) -> None:
    assert _cut(office) is None
    office.put("results", {**RESULT_ROW, "code": "JC-0003"})

    newer = _cut(office)

    assert newer is not None
    assert [each.serial for each in shelf.on(office.stores.dumps)] == [newer.serial]
    assert newer.serial > dump.serial


def test_a_look_at_the_shelf_leaves_no_time_behind(office: Office, dump: shelf.Dump) -> None:
    """The office looks whenever it is at work; who reads the shelf does not learn when that was."""
    del dump
    lock = office.stores.dumps / ".lock"
    os.utime(lock, (0, 0))

    shelf.retire(office.stores.register, office.stores.dumps)

    assert lock.stat().st_mtime == 0


def test_all_formats_hold_the_same_rows_and_nothing_that_must_stay_inside(
    dump: shelf.Dump,
) -> None:
    with closing(
        sqlite3.connect(f"file:{dump.folder / 'register.sqlite'}?mode=ro", uri=True)
    ) as db:
        for word in DATASETS:
            lines = gzip.decompress(raw_bytes(dump.folder / f"{word}.ndjson.gz")).splitlines()
            text = gzip.decompress(raw_bytes(dump.folder / f"{word}.csv.gz")).decode()
            table = list(csv.DictReader(io.StringIO(text, newline="")))
            ids = [json.loads(line)["id"] for line in lines]
            stored = db.execute(f'SELECT id FROM "{word.replace("-", "_")}" ORDER BY rowid')
            assert ids == [row["id"] for row in table] == [row[0] for row in stored]
    everything = b"".join(
        gzip.decompress(raw) if (raw := raw_bytes(path))[:2] == b"\x1f\x8b" else raw
        for path in sorted(dump.folder.iterdir())
    )
    assert _MARK.encode() in everything
    assert [s for s in (CANARY, CODE_CANARY) if s.encode() in everything] == []


def test_the_manifest_is_signed_and_names_every_file_as_it_is(
    office: Office, dump: shelf.Dump, client: FlaskClient
) -> None:
    raw = _get(client, "/data/datapackage.json").data
    note = _get(client, "/data/datapackage.json.note").get_data(as_text=True)
    manifest = json.loads(raw)

    verifier = office.stores.log_key.signer(may_make=False).verifier
    assert Verifier.of(verifier.vkey).opens(note)
    assert note.splitlines()[:3] == [
        f"{verifier.name}/dump", f"{dump.epoch} {dump.serial}", sha256(raw).hexdigest(),
    ]  # fmt: skip
    for each in manifest["resources"]:
        body = _get(client, f"/data/{each['path']}").data
        assert each["hash"] == f"sha256:{sha256(body).hexdigest()}"
        assert each["bytes"] == len(body)
    facts = ("serial", "created", "licenses", "next_expected_at", "epoch")
    assert all(manifest[name] for name in facts)


@pytest.mark.slow
def test_frictionless_finds_the_data_package_valid(dump: shelf.Dump) -> None:
    command = [str(Path(sys.executable).parent / "frictionless"), "validate", "--json"]

    done = subprocess.run(
        [*command, str(dump.folder / "datapackage.json")],
        check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["valid"]
    assert report["stats"]["tasks"] > 2 * len(DATASETS)


def test_the_files_come_in_parts_with_digest_and_validator(
    dump: shelf.Dump, client: FlaskClient
) -> None:
    whole = _get(client, "/data/results.csv.gz")
    digest = sha256(whole.data).digest()

    part = _get(client, "/data/results.csv.gz", headers={"Range": "bytes=10-19"})
    same = _get(client, "/data/results.csv.gz", headers={"If-None-Match": whole.headers["ETag"]})
    stale = _get(
        client, "/data/results.csv.gz", headers={"Range": "bytes=10-19", "If-Range": '"another"'}
    )
    beyond = _get(client, "/data/results.csv.gz", headers={"Range": "bytes=99999999-"})
    head = client.head("/data/results.csv.gz", buffered=True)

    assert whole.headers["ETag"] == f'"{digest.hex()}"'
    assert whole.headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest).decode()}:"
    assert (part.status_code, part.data) == (206, whole.data[10:20])
    assert part.headers["Repr-Digest"] == whole.headers["Repr-Digest"]
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole.data)}"
    assert (same.status_code, same.data) == (304, b"")
    assert (stale.status_code, stale.data) == (200, whole.data)
    assert beyond.status_code == 416
    assert (head.headers["Content-Length"], head.data) == (str(len(whole.data)), b"")
    metadata = "https://mingcha.example/data/results.csv-metadata.json"
    assert f'<{metadata}>; rel="describedby"' in whole.headers["Link"]
    assert whole.headers["Access-Control-Allow-Origin"] == "*"


def test_the_plain_table_is_the_packed_one_and_its_metadata_name_its_columns(
    dump: shelf.Dump, client: FlaskClient
) -> None:
    packed = _get(client, "/data/results.csv", headers={"Accept-Encoding": "gzip"})
    plain = _get(client, "/data/results.csv", headers={"Accept-Encoding": "identity"})
    metadata = json.loads(_get(client, "/data/results.csv-metadata.json").data)

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    header = plain.get_data(as_text=True).split("\r\n")[0].split(",")
    assert [column["name"] for column in metadata["tableSchema"]["columns"]] == header
    assert metadata["url"] == "results.csv"


@pytest.mark.parametrize(
    "path", ["nothing.csv.gz", "..%2Flog.key", ".lock", "results", "x.csv", "results.csv.gz.bak"]
)
def test_what_is_not_in_the_dump_is_not_given(
    dump: shelf.Dump, client: FlaskClient, path: str
) -> None:
    assert _get(client, f"/data/{path}").status_code == 404


def test_a_withdrawal_ends_every_dump_that_held_the_record(
    office: Office, dump: shelf.Dump, client: FlaskClient
) -> None:
    assert _get(client, "/data/results.csv.gz").status_code == 200

    retract.retract(office.stores, Kind.RESULT, _marked_id(office), by="he", second="an", now=NOW)

    assert _get(client, "/data/results.csv.gz").status_code == 404
    assert _get(client, "/data/datapackage.json").status_code == 404
    assert _get(client, "/data/").status_code == 200
    assert [path for path in office.stores.dumps.iterdir() if path.name != ".lock"] == []
    newer = _cut(office)
    assert newer is not None
    assert _get(client, "/data/results.csv.gz").status_code == 200
    raw = b"".join(gzip.decompress(raw_bytes(path)) for path in newer.folder.glob("*.gz"))
    assert _MARK.encode() not in raw


def test_what_a_cutter_leaves_that_is_killed_after_a_withdrawal_is_removed_within_the_minute(
    office: Office, dump: shelf.Dump
) -> None:
    stores = office.stores
    with (stores.dumps / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        growing = stores.dumps / "growing-1"
        shutil.copytree(dump.folder, growing)
        retract.retract(stores, Kind.RESULT, _marked_id(office), by="he", second="an", now=NOW)
        during = growing.exists()
    growing.rename(dump.folder)
    (stores.dumps / "growing-2").mkdir()
    scheduled.carry_out(stores, now=NOW)

    assert during
    assert [path.name for path in stores.dumps.iterdir()] == [".lock"]


def test_the_site_does_not_give_what_is_withdrawn_though_the_files_are_still_there(
    office: Office, dump: shelf.Dump, client: FlaskClient, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    dump.folder.rename(kept)
    retract.retract(office.stores, Kind.RESULT, _marked_id(office), by="he", second="an", now=NOW)
    kept.rename(dump.folder)

    assert _get(client, "/data/results.csv.gz").status_code == 404


def test_a_dump_that_held_what_was_withdrawn_is_not_offered_again_unseen(
    office: Office, dump: shelf.Dump, client: FlaskClient, tmp_path: Path
) -> None:
    """Signed it is, and everything in it: only the mark of the withdrawal says that it has ended."""
    kept, public_id = tmp_path / "kept", _marked_id(office)
    office.put("items", {**ITEM_ROW, "code": "SP-003"})
    later = _cut(office)
    assert later is not None
    shutil.copytree(later.folder, kept)
    retract.retract(office.stores, Kind.RESULT, public_id, by="he", second="an", now=NOW)
    with Session(office.stores.register) as session:
        right = audit(session).faults
    kept.rename(later.folder)
    with office.stores.register.begin() as connection:
        connection.exec_driver_sql("UPDATE retirement SET serial = since + 1")
    offered = _get(client, "/data/results.csv.gz").status_code
    with Session(office.stores.register) as session:
        assert list(verifying.faults(session, later)) == []
        found = audit(session).faults

    assert (right, offered) == ([], 200)
    assert found == ["有撤下或隐去的内容没有使载有它的数据包停用"]


def test_a_download_under_way_ends_when_something_in_it_is_withdrawn(
    office: Office, dump: shelf.Dump, site: Flask
) -> None:
    with site.test_client() as client:
        answer = client.open("/data/register.sqlite", buffered=False)
        retract.retract(
            office.stores, Kind.RESULT, _marked_id(office), by="he", second="an", now=NOW
        )
        with pytest.raises(Retired):
            b"".join(answer.response)  # type: ignore[arg-type]
        answer.close()


def test_who_has_a_file_to_its_last_byte_may_ask_for_the_next_one_at_once(
    dump: shelf.Dump, site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server may still be busy with ending the first answer; a second reader meanwhile is one too many."""
    monkeypatch.setattr(dumps, "_SMALL", 0)
    monkeypatch.setattr(dumps, "_BLOCK", 1 << 12)
    berths.moor(site.extensions, Pier(Berths(1, 0, 0), Berths(1, 0, 0)))
    with site.test_client() as client:
        first = client.open("/data/register.sqlite", buffered=False)
        refused = _get(client, "/data/register.sqlite").status_code
        had = sum(len(block) for block in first.response)
        next_one = _get(client, "/data/register.sqlite").status_code
        first.close()

    assert had == int(first.headers["Content-Length"])
    assert (refused, next_one) == (503, 200)


def test_a_withdrawal_of_what_came_later_leaves_the_dump(
    office: Office, dump: shelf.Dump, client: FlaskClient
) -> None:
    office.put("results", {**RESULT_ROW, "code": "JC-0009"})
    with Session(office.stores.register) as session:
        later = session.scalars(
            sa.select(ResultRow.public_id).where(ResultRow.serial > dump.serial)
        ).one()

    retract.retract(office.stores, Kind.RESULT, later, by="he", second="an", now=NOW)

    assert _get(client, "/data/results.csv.gz").status_code == 200


def _pages(client: FlaskClient, suffix: str) -> Iterator[Graph]:
    address: str | None = f"/catalog.{suffix}"
    while address is not None:
        kind = {"ttl": "turtle", "jsonld": "json-ld"}[suffix]
        graph = Graph().parse(data=_get(client, address).get_data(as_text=True), format=kind)
        yield graph
        following = [str(each) for each in graph.objects(None, _HYDRA.next)]
        assert len(following) <= 1
        address = following[0].removeprefix("https://mingcha.example") if following else None


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
@pytest.mark.parametrize("with_dump", [True, False])
def test_the_catalogue_names_every_dataset_and_keeps_the_shapes_of_dcat_ap(
    office: Office, client: FlaskClient, *, with_dump: bool
) -> None:
    if with_dump:
        assert _cut(office) is not None
    shapes = Graph().parse(_SHAPES)

    pages = list(_pages(client, "ttl"))

    found = [each for page in pages for each in page.subjects(RDF.type, DCAT.Dataset)]
    assert sorted(map(str, found)) == sorted(
        f"https://mingcha.example/data/{word}/#dataset" for word in DATASETS
    )
    for page, other in zip(pages, _pages(client, "jsonld"), strict=True):
        conforms, _, told = pyshacl.validate(page, shacl_graph=shapes)
        assert conforms, told
        assert len(page) == len(other)
    assert _get(client, "/catalog.ttl").data == _get(client, "/catalog.ttl").data
    again = Graph().parse(data=_get(client, "/catalog.ttl").get_data(as_text=True), format="turtle")
    assert isomorphic(again, pages[0])
    assert _get(client, "/catalog.ttl?page=99").status_code == 400


def test_resourcesync_lists_the_files_with_size_and_digest(
    dump: shelf.Dump, client: FlaskClient
) -> None:
    spaces = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9",
              "rs": "http://www.openarchives.org/rs/terms/"}  # fmt: skip
    for name in ("resourcelist", "changelist"):
        root = ET.fromstring(_get(client, f"/data/{name}.xml").data)
        listed = root.findall("s:url", spaces)
        assert len(listed) == len(list(dump.folder.iterdir()))
        for each in listed:
            address = each.findtext("s:loc", namespaces=spaces) or ""
            facts = each.find("rs:md", spaces)
            body = _get(client, address.removeprefix("https://mingcha.example")).data
            assert facts is not None
            assert facts.get("hash") == f"sha-256:{sha256(body).hexdigest()}"
            assert facts.get("length") == str(len(body))
    up = ET.fromstring(_get(client, "/.well-known/resourcesync").data)
    assert up.findtext("s:url/s:loc", namespaces=spaces) == (
        "https://mingcha.example/data/capabilitylist.xml"
    )


def test_the_sitemap_holds_every_page_of_a_record_with_its_last_change(
    office: Office, client: FlaskClient, dump: shelf.Dump
) -> None:
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    index = ET.fromstring(_get(client, "/sitemap.xml").data)
    parts = [each.text or "" for each in index.findall("s:sitemap/s:loc", space)]
    found: dict[str, str | None] = {}
    for part in parts:
        root = ET.fromstring(_get(client, part.removeprefix("https://mingcha.example")).data)
        for url in root.findall("s:url", space):
            address = (url.findtext("s:loc", namespaces=space) or "").removeprefix(
                "https://mingcha.example"
            )
            assert _get(client, address).status_code == 200, address
            found[address] = url.findtext("s:lastmod", namespaces=space)

    with Session(office.stores.register) as session:
        ids = session.scalars(sa.select(ResultRow.public_id)).all()
    assert {found[f"/results/{each}"] for each in ids} == {"2025-06-02T09:00:00+08:00"}
    assert "Sitemap: https://mingcha.example/sitemap.xml" in _get(client, "/robots.txt").get_data(
        as_text=True
    )


def test_pages_of_datasets_describe_themselves_to_search_engines(
    dump: shelf.Dump, data: Path
) -> None:
    client = create_app(urls(data)[0]).test_client()
    for word in DATASETS:
        for lang in ("", "?lang=en"):
            page = _get(client, f"/data/{word}/{lang}").get_data(as_text=True)
            script = page.split('<script type="application/ld+json">')[1].split("</script>")[0]
            told = json.loads(script)
            assert (told["@type"], told["license"]) == (
                "Dataset", "https://creativecommons.org/licenses/by/4.0/",
            )  # fmt: skip
            assert [each["@type"] for each in told["distribution"]] == ["DataDownload"] * 2


def _faults(office: Office, dump: shelf.Dump) -> list[str]:
    with Session(office.stores.register) as session:
        return list(verifying.faults(session, dump))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("results.csv.gz", "results.csv.gz 与所签署的清单不符"),
        ("register.sqlite", "register.sqlite 与所签署的清单不符"),
        ("results.csv-metadata.json", "results.csv-metadata.json 不是由清单而来的"),
        ("datapackage.json", "datapackage.json 不是所签署的那一份"),
        ("datapackage.json.note", "datapackage.json 不是所签署的那一份"),
        ("other-metadata.json", "清单之外的文件 other-metadata.json"),
    ],
)
def test_a_file_that_was_replaced_on_the_shelf_is_found(
    name: str, expected: str, office: Office, dump: shelf.Dump
) -> None:
    before = _faults(office, dump)
    path = dump.folder / name
    content = bytearray(path.read_bytes() if path.exists() else b"{}")
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    assert (before, [expected in each for each in _faults(office, dump)]) == ([], [True])


@pytest.mark.parametrize(
    "deed", ["DELETE FROM digest WHERE kind = 'result'", "UPDATE digest SET state = (SELECT state FROM digest WHERE kind = 'item') WHERE kind = 'result'"]
)  # fmt: skip
def test_a_dump_whose_counts_are_not_those_of_the_signed_head_is_not_signed(
    office: Office, dump: shelf.Dump, tmp_path: Path, deed: str
) -> None:
    """The manifest takes them from where they are kept, and a copy that begins with it would be held against them."""
    del dump
    with office.stores.register.begin() as connection:
        connection.exec_driver_sql(deed)

    with pytest.raises(LogBroken, match="最新检查点"):
        _cut(office, tmp_path / "elsewhere")


def test_a_dump_put_in_the_place_of_a_later_one_is_not_what_was_signed(
    office: Office, dump: shelf.Dump
) -> None:
    office.put("items", {**ITEM_ROW, "code": "SP-002", "name": "标签检查"})
    later = dump.folder.with_name(f"{dump.serial + 1:012}-{dump.epoch}")
    dump.folder.rename(later)

    found = _faults(office, shelf.Dump(later, dump.serial + 1, dump.epoch))

    assert ["不是所签署的那一份" in each for each in found] == [True]
