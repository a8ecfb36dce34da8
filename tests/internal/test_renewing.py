"""The log is handed over to another key: whoever knows the old one goes on, and nobody else signs."""

import dataclasses
import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.airlock import signing
from portal.airlock.seal import KeyFile
from portal.domain.errors import FourEyesViolation, LogBroken, NotAllowed
from portal.domain.workflow import Role
from portal.internal.desk import backup, people, renewing, restore, retract
from portal.internal.desk.backup import BackupFailed, Urls
from portal.internal.desk.stores import Stores, hold_log, open_stores, sign_log
from portal.internal.tables.ledger import LedgerRow
from portal.register.dumps import shelf, verifying
from portal.register.dumps.describing import Terms
from portal.register.proofs.audit import audit
from portal.register.proofs.note import Checkpoint, Signer
from portal.register.proofs.succession import LogKey, keys
from portal.register.queries import log
from portal.register.records import Kind
from tests.airlock.hands import id_of
from tests.conftest import NOW, Office
from tests.journeys import processes
from tests.makers import AGENCY, ITEM_ROW, RESULT_ROW
from tests.stage import urls

TERMS = Terms("https://mingcha.example", "明察", "https://creativecommons.org/licenses/by/4.0/")


def _renew(stores: Stores, minute: int = 0) -> str:
    now = NOW + timedelta(minutes=minute)
    return renewing.renew(stores, TERMS, by="he", second="an", now=now)


def _item(office: Office, code: str) -> None:
    office.put("items", {**ITEM_ROW, "code": code, "name": f"标签检查{code}"})


def _faults(stores: Stores, witness: str | None = None) -> list[str]:
    with Session(stores.register) as session:
        return audit(session, witness=witness).faults


def _note(stores: Stores) -> str:
    with Session(stores.register) as session:
        head = log.head(session)
    assert head is not None
    return head.note


def _vkeys(stores: Stores) -> list[str]:
    with Session(stores.register) as session:
        return [each.vkey for each in keys(session)]


def _do(stores: Stores, sql: str, **given: object) -> None:
    with stores.register.begin() as connection:
        connection.execute(sa.text(sql), given)


def _key(stores: Stores) -> Signer:
    return stores.log_key.signer(may_make=False)


def test_the_head_that_hands_over_is_signed_by_both_and_names_the_new_key(office: Office) -> None:
    stores, old = office.stores, _key(office.stores)
    before = Checkpoint.of(_note(stores))

    vkey = _renew(stores)

    new, note = _key(stores), _note(stores)
    assert new.verifier.vkey == vkey != old.verifier.vkey
    assert Checkpoint.of(note) == dataclasses.replace(before, key=vkey)
    assert old.verifier.opens(note)
    assert new.verifier.opens(note)
    assert _vkeys(stores) == [old.verifier.vkey, vkey]
    assert stores.log_key.path.stat().st_mode & 0o777 == 0o600
    assert sorted(each.name for each in stores.log_key.path.parent.glob("log.*")) == [
        "log.handovers", "log.head", "log.key",
    ]  # fmt: skip
    assert _faults(stores) == []


def test_what_is_released_afterwards_is_signed_by_the_new_key_alone(office: Office) -> None:
    stores, old = office.stores, _key(office.stores)
    vkey = _renew(stores)
    _item(office, "SP-002")

    note = _note(stores)
    assert Checkpoint.of(note).key == vkey
    assert not old.verifier.opens(note)
    assert _key(stores).verifier.opens(note)
    assert _faults(stores) == []
    hold_log(stores)


def test_the_log_is_handed_over_again_and_again_with_and_without_a_release_between(
    office: Office,
) -> None:
    stores = office.stores
    first = _note(stores)
    seen = [_key(stores).verifier.vkey]
    seen += [_renew(stores, 1), _renew(stores, 2)]
    _item(office, "SP-002")
    seen.append(_renew(stores, 3))
    _item(office, "SP-003")

    assert _vkeys(stores) == seen
    assert len(set(seen)) == 4
    assert _faults(stores) == []
    assert _faults(stores, witness=first) == []


def test_two_publishers_of_all_agencies_order_it_and_the_ledger_says_so(office: Office) -> None:
    stores = office.stores
    with pytest.raises(FourEyesViolation):
        renewing.renew(stores, TERMS, by="he", second="he", now=NOW)
    with pytest.raises(NotAllowed):
        renewing.renew(stores, TERMS, by="he", second="wu", now=NOW)
    assert len(_vkeys(stores)) == 1

    vkey = _renew(stores)

    with Session(stores.internal) as session:
        rows = session.execute(
            sa.select(LedgerRow.person, LedgerRow.detail)
            .where(LedgerRow.action == "renew-key")
            .order_by(LedgerRow.id)
        ).all()
    assert [tuple(row) for row in rows] == [("he", "第二人 an"), ("he", vkey)]


def test_a_publisher_of_one_agency_does_not_order_it(office: Office) -> None:
    stores = office.stores
    people.add(stores.internal, name="yi", display="乙", agency=AGENCY, roles=(Role.PUBLISHER,), password="示例口令一二三四五六")  # fmt: skip

    with pytest.raises(NotAllowed):
        renewing.renew(stores, TERMS, by="he", second="yi", now=NOW)


@pytest.mark.parametrize("way", ["again", "release", "migrate"])
def test_killed_before_the_new_key_is_in_its_place_the_log_goes_on(
    office: Office, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """The register says already whose turn it is."""
    stores = office.stores
    with monkeypatch.context() as patched:
        patched.setattr(KeyFile, "succeed", _die)
        with pytest.raises(KeyboardInterrupt):
            _renew(stores)
    vkey = _vkeys(stores)[-1]
    assert _key(stores).verifier.vkey != vkey

    if way == "again":
        assert _renew(stores, 1) == vkey
    elif way == "release":
        _item(office, "SP-002")
    else:
        sign_log(stores)

    assert _key(stores).verifier.vkey == vkey
    _item(office, "SP-003")
    assert len(_vkeys(stores)) == 2
    assert _faults(stores) == []


def test_killed_before_anything_was_signed_the_same_key_is_taken_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores, old = office.stores, _key(office.stores).verifier.vkey
    with monkeypatch.context() as patched:
        patched.setattr(signing, "sign_head", _die)
        with pytest.raises(KeyboardInterrupt):
            _renew(stores)
    waiting = Signer.of((stores.log_key.path.parent / "log.key.next").read_text("utf-8"))
    _item(office, "SP-002")
    assert _vkeys(stores) == [old]

    assert _renew(stores, 1) == waiting.verifier.vkey
    assert _faults(stores) == []


def _die(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_the_dump_is_signed_anew_and_holds_the_newest_head(office: Office) -> None:
    stores = office.stores
    office.put("results", RESULT_ROW)
    shelf.cut(stores.register, stores.dumps, TERMS, _key(stores))

    _renew(stores)

    with Session(stores.register) as session:
        dump = shelf.current(session, stores.dumps)
        assert dump is not None
        assert list(verifying.faults(session, dump)) == []
    manifest = json.loads((dump.folder / "datapackage.json").read_text("utf-8"))
    assert manifest["checkpoint"] == _note(stores)
    assert shelf.cut(stores.register, stores.dumps, TERMS, _key(stores)) is None


def test_a_dump_is_not_signed_with_a_key_that_has_handed_over(office: Office) -> None:
    stores, old = office.stores, _key(office.stores)
    _renew(stores)

    with pytest.raises(LogBroken):
        shelf.cut(stores.register, stores.dumps, TERMS, old)
    assert shelf.on(stores.dumps) == []


def test_a_key_that_has_handed_over_signs_no_more(office: Office) -> None:
    """It may have been stolen: that is what one hands over for."""
    stores, old = office.stores, _key(office.stores)
    _renew(stores)
    _item(office, "SP-002")
    head = Checkpoint.of(_note(stores))
    size = head.size

    for forged in (head, dataclasses.replace(head, key=None), dataclasses.replace(head, key=old.verifier.vkey)):  # fmt: skip
        note = old.sign(forged.text)
        _do(stores, "UPDATE checkpoint SET note = :note WHERE size = :size", note=note, size=size)
        assert "其时应当签署的那一把" in "".join(_faults(stores))
        with pytest.raises(LogBroken):
            sign_log(stores)


@pytest.mark.parametrize(
    "deed",
    [
        "DELETE FROM log_key WHERE number = 2",
        "DELETE FROM log_key WHERE number = 1",
        "UPDATE log_key SET number = 3 WHERE number = 2",
        "UPDATE log_key SET handover = NULL WHERE number = 2",
        "UPDATE log_key SET handover = (SELECT note FROM checkpoint ORDER BY size LIMIT 1) WHERE number = 2",
        "UPDATE log_key SET handover = (SELECT max(note) FROM checkpoint) WHERE number = 1",
        "UPDATE log_key SET handover = replace(handover, 'mingcha/key/1 ', 'mingcha/key/1 x') WHERE number = 2",
    ],
)
def test_who_changes_which_key_followed_which_is_found(office: Office, deed: str) -> None:
    stores = office.stores
    _renew(stores)
    _item(office, "SP-002")
    assert _faults(stores) == []

    _do(stores, deed)

    assert _faults(stores) != []


@pytest.mark.parametrize("left", [0, 1])
def test_no_head_is_signed_that_takes_back_which_key_signs(office: Office, left: int) -> None:
    """It would name none, and whoever saw the log handed over would take it for another history."""
    stores = office.stores
    _renew(stores)
    _item(office, "SP-002")
    note = _note(stores)
    _do(stores, "DELETE FROM log_key WHERE number <= :gone", gone=2 - left)
    _do(stores, "UPDATE log_key SET number = 1, handover = NULL")

    with pytest.raises(LogBroken, match="不是最新检查点所写明的"):
        _item(office, "SP-003")

    assert _note(stores) == note


def test_without_a_head_there_is_nothing_to_hand_over(stores: Stores) -> None:
    for table in ("checkpoint", "log_key"):
        _do(stores, f"DELETE FROM {table}")
    stores.log_key.path.with_name("log.head").unlink(missing_ok=True)
    stores.log_key.signer(may_make=True)

    with pytest.raises(LogBroken, match="还没有签署过"):
        signing.hand_over(stores.register, stores.log_key)


def _back_up(office: Office, data: Path, folder: Path) -> Path:
    return backup.make(office.stores, _urls(data), folder, release="0", now=NOW, keep=0)


def _urls(data: Path) -> Urls:
    settings, internal = urls(data)
    return Urls(settings.register_url, internal, settings.letterbox_url)


def _restore(office: Office, data: Path, made: Path) -> Stores:
    for engine in (office.stores.internal, office.stores.register, office.stores.letterbox):
        engine.dispose()
    settings, internal = urls(data)
    restore.restore(settings, _urls(data), made, replacing=True, last_head=None, now=NOW)
    return open_stores(settings, internal)


def test_a_backup_of_before_is_restored_and_signed_by_the_key_that_lies_here(
    office: Office, data: Path, tmp_path: Path
) -> None:
    """Two keys followed since: every one of them is still known, and leads to the next."""
    made = _back_up(office, data, tmp_path / "backups")
    first = _note(office.stores)
    _item(office, "SP-002")
    _renew(office.stores, 1)
    _item(office, "SP-003")
    vkey, seen = _renew(office.stores, 2), _vkeys(office.stores)

    stores = _restore(office, data, made)

    assert _vkeys(stores) == seen
    assert _key(stores).verifier.vkey == vkey == Checkpoint.of(_note(stores)).key
    assert _faults(stores) == []
    assert _faults(stores, witness=first) == []
    hold_log(stores)
    sign_log(stores)
    _item(Office(stores, office.folder), "SP-004")
    assert _faults(stores) == []


def test_a_witness_of_the_handing_over_accuses_nobody_once_a_backup_of_before_is_restored(
    office: Office, data: Path, tmp_path: Path
) -> None:
    """Over as many entries the register has the head of before again, which names no key; what came since explains it."""
    office.put("results", RESULT_ROW)
    before = _note(office.stores)
    made = _back_up(office, data, tmp_path / "backups")
    _renew(office.stores)
    handed = _note(office.stores)
    gone = id_of(office, str(RESULT_ROW["code"]))
    retract.retract(office.stores, Kind.RESULT, gone, by="he", second="an", now=NOW)

    stores = _restore(office, data, made)

    assert [_faults(stores, witness=each) for each in (before, handed)] == [[], []]
    other = dataclasses.replace(Checkpoint.of(handed), forgotten="ab" * 32).text
    assert "两种说法" in _faults(stores, witness=_key(stores).sign(other))[0]


def test_a_backup_of_after_goes_to_a_machine_without_a_key(
    office: Office, data: Path, tmp_path: Path
) -> None:
    older = _back_up(office, data, tmp_path / "older")
    vkey = _renew(office.stores)
    made = _back_up(office, data, tmp_path / "backups")
    for name in ("log.key", "log.head", "log.handovers"):
        (data / name).unlink()

    stores = _restore(office, data, made)
    assert _key(stores).verifier.vkey == vkey
    assert _faults(stores) == []

    stores = _restore(Office(stores, office.folder), data, older)
    assert _key(stores).verifier.vkey == _vkeys(stores)[-1] == vkey
    assert _faults(stores) == []


@pytest.mark.parametrize("lost", ["log.handovers", "log.key"])
def test_a_backup_whose_key_nobody_knows_to_have_handed_over_is_refused(
    office: Office, data: Path, tmp_path: Path, lost: str
) -> None:
    made = _back_up(office, data, tmp_path / "backups")
    _renew(office.stores)
    if lost == "log.key":
        (data / lost).write_text(Signer.new("mingcha.example/log").text, "utf-8")
    else:
        (data / lost).unlink()

    with pytest.raises(BackupFailed):
        _restore(office, data, made)


def test_a_backup_written_anew_with_another_key_is_not_signed(
    office: Office, data: Path, tmp_path: Path
) -> None:
    """Its key file is that of the log, its heads are not."""
    stranger, stores = Signer.new(_key(office.stores).name), office.stores
    head = Checkpoint.of(_note(stores))
    _do(stores, "UPDATE log_key SET vkey = :vkey", vkey=stranger.verifier.vkey)
    _do(stores, "UPDATE checkpoint SET note = :note WHERE size = :size",
        note=stranger.sign(head.text), size=head.size)  # fmt: skip
    made = _back_up(office, data, tmp_path / "backups")

    with pytest.raises(LogBroken):
        _restore(office, data, made)


def _killed_half_way(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> str:
    """Hand the log over, but be killed before the new key is in its place; return that key."""
    with monkeypatch.context() as patched:
        patched.setattr(KeyFile, "succeed", _die)
        with pytest.raises(KeyboardInterrupt):
            _renew(stores)
    return _vkeys(stores)[-1]


def test_a_backup_made_when_it_was_killed_half_way_can_be_signed_on_a_fresh_machine(
    office: Office, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The register says whose turn it is: a backup without that key is lost."""
    vkey = _killed_half_way(office.stores, monkeypatch)
    made = _back_up(office, data, tmp_path / "backups")
    for path in data.glob("log.*"):
        path.unlink()

    stores = _restore(office, data, made)

    assert _key(stores).verifier.vkey == vkey
    _item(Office(stores, office.folder), "SP-002")
    assert _faults(stores) == []


def test_a_backup_of_before_restored_when_it_was_killed_half_way_is_signed_by_the_new_key(
    office: Office, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The site has shown the new key already: who has seen it takes no other."""
    made = _back_up(office, data, tmp_path / "backups")
    vkey = _killed_half_way(office.stores, monkeypatch)

    stores = _restore(office, data, made)

    assert _key(stores).verifier.vkey == vkey == Checkpoint.of(_note(stores)).key
    assert _faults(stores) == []


def test_a_backup_is_made_though_the_key_is_lost(
    office: Office, data: Path, tmp_path: Path
) -> None:
    _renew(office.stores)
    (data / "log.key").unlink()

    assert not (_back_up(office, data, tmp_path / "backups") / "log.key").exists()


def test_a_key_that_waits_next_is_not_put_in_the_place_of_the_one_before_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release, a handing over carried through and the next one at the same moment."""
    stores = office.stores
    vkey = _killed_half_way(stores, monkeypatch)
    due, plain = _newest(stores), KeyFile.handovers
    others: list[threading.Thread] = []

    def meanwhile(self: KeyFile) -> list[str]:
        if not others:
            others.append(threading.Thread(target=another))
            others[0].start()
            others[0].join(0.5)
        return plain(self)

    def another() -> None:
        stores.log_key.succeed(due)
        stores.log_key.with_heir()

    with monkeypatch.context() as patched:
        patched.setattr(KeyFile, "handovers", meanwhile)
        stores.log_key.succeed(due)
        others[0].join()

    assert _key(stores).verifier.vkey == vkey
    assert plain(stores.log_key) == [due.handover]
    _renew(stores, 1)
    assert _faults(stores) == []


def _newest(stores: Stores) -> LogKey:
    with Session(stores.register) as session:
        return keys(session)[-1]


@pytest.mark.parametrize("what", ["of another log", "the same"])
def test_a_key_that_cannot_take_over_is_refused_before_anything_is_signed(
    office: Office, what: str
) -> None:
    stores = office.stores
    waiting = Signer.new("elsewhere.example/log") if what == "of another log" else _key(stores)
    stores.log_key.path.with_name("log.key.next").write_text(waiting.text, "utf-8")
    before = _note(stores)

    with pytest.raises(LogBroken):
        _renew(stores)

    assert _note(stores) == before
    assert len(_vkeys(stores)) == 1
    _item(office, "SP-002")


def test_a_part_that_was_lost_and_is_brought_back_is_gone_on_with(
    office: Office, data: Path, tmp_path: Path
) -> None:
    """What was signed between is lost now, the handing over with it; who saw it reads so."""
    short = _back_up(office, data, tmp_path / "short")
    _item(office, "SP-002")
    _item(office, "SP-003")
    lost = _back_up(office, data, tmp_path / "lost")
    old = _note(office.stores)
    stores = _restore(office, data, short)
    _item(Office(stores, office.folder), "SP-004")
    _renew(stores)
    between = _note(stores)
    assert Checkpoint.of(between).size < Checkpoint.of(old).size

    stores = _restore(Office(stores, office.folder), data, lost)

    assert _faults(stores) == []
    hold_log(stores)
    assert ["无从核对" in each for each in _faults(stores, witness=between)] == [True]
    assert _faults(stores, witness=old) == []
    _item(Office(stores, office.folder), "SP-005")
    assert _faults(stores) == []


def test_a_head_seen_after_a_restoration_is_none_of_two_histories_though_an_older_backup_is_back(
    office: Office, data: Path, tmp_path: Path
) -> None:
    """The backup's own head over as many entries states fewer restorations: it was signed before."""
    short = _back_up(office, data, tmp_path / "short")
    _item(office, "SP-002")
    longer = _back_up(office, data, tmp_path / "longer")
    stores = _restore(office, data, short)
    seen = _note(stores)

    stores = _restore(Office(stores, office.folder), data, longer)

    assert _faults(stores, witness=seen) == []


def test_who_goes_back_to_the_first_key_by_force_hands_over_from_there(
    office: Office, data: Path, tmp_path: Path
) -> None:
    """The heads of the key that was moved elsewhere are not those of the one put back."""
    made = _back_up(office, data, tmp_path / "backups")
    _renew(office.stores)
    for name in ("log.key", "log.head"):
        (data / name).rename(tmp_path / name)

    stores = _restore(office, data, made)
    _renew(stores, 1)

    stores = _restore(Office(stores, office.folder), data, made)
    assert _faults(stores) == []


def test_the_site_gives_the_new_dump_and_checkpoint_at_once(
    office: Office, client: FlaskClient
) -> None:
    """No change came with it: what was kept of the address and of the dump is of before."""
    stores = office.stores
    office.put("results", RESULT_ROW)
    shelf.cut(stores.register, stores.dumps, TERMS, _key(stores))
    manifest, standing = "/data/datapackage.json", "/api/v1/changes/checkpoint"
    client.get(f"{manifest}.note", buffered=True)
    seen = {each: client.get(each, buffered=True).headers["ETag"] for each in (manifest, standing)}

    vkey = _renew(stores)

    for address, tag in seen.items():
        answer = client.get(address, headers={"If-None-Match": tag}, buffered=True)
        assert answer.status_code == 200
        assert answer.get_json()["checkpoint"] == _note(stores)
        assert answer.content_length == len(answer.data)
    assert client.get(standing).get_json()["vkeys"][-1] == vkey
    assert client.get(standing).get_json()["checkpoint"] == _note(stores)
    note = client.get(f"{manifest}.note", buffered=True)
    assert _key(stores).verifier.opens(note.get_data(as_text=True))


def test_the_log_page_says_which_key_signs_and_which_did(
    office: Office, client: FlaskClient
) -> None:
    old = _key(office.stores).verifier.vkey
    assert "以前的公钥" not in client.get("/log/").get_data(as_text=True)

    vkey = _renew(office.stores)

    page = client.get("/log/").get_data(as_text=True)
    assert page.index("以前的公钥") > page.index(f"<code>{vkey}")
    assert page.index(f"<code>{old}") > page.index("以前的公钥")
    told = client.get("/api/v1/changes/checkpoint").get_json()
    assert told["vkeys"] == [old, vkey]
    assert [Checkpoint.of(note).key for note in told["handovers"]] == [vkey]


def test_the_command_prints_the_new_public_key(office: Office, data: Path) -> None:
    for engine in (office.stores.internal, office.stores.register, office.stores.letterbox):
        engine.dispose()
    done = processes.office(data, "renew-key", "--by", "he", "--second", "an", "--json")
    assert json.loads(done.stdout)["vkey"] == _vkeys(office.stores)[-1]
    refused = processes.office(data, "renew-key", "--by", "he", "--second", "he", check=False)
    assert (refused.returncode, "两人" in refused.stderr) == (1, True)
