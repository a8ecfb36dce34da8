"""Makes a copy and keeps it: from a dump, then along the change feed, until the checkpoint agrees."""

import gzip
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import msgspec
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, IntegrityError

from portal.mirror import digests
from portal.mirror.continuing import require_continued
from portal.mirror.copy import Copy, Kinds, Standing
from portal.mirror.errors import Gone, MirrorError, Unreachable, Untrusted
from portal.mirror.signatures import Key, stated
from portal.mirror.source import Checkpoint, Item, Manifest, Source

_RECORDS = "records.ndjson.gz"
#: A dump may be replaced while we fetch it; the newer one then.
_TRIES = 3
#: Seconds after which nothing between (nginx, see `portal-site config nginx`) gives an answer that it kept.
_KEPT = 2.0
_LINE = msgspec.json.Decoder(Item)


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull did."""

    serial: int
    records: int
    applied: int
    from_dump: bool


@dataclass(slots=True)
class _Pull:
    source: Source
    copy: Copy
    key: Key
    say: Callable[[str], None]
    #: The heads by which the log came to `key`, step by step.
    handovers: list[str] = field(default_factory=list)
    applied: int = 0
    from_dump: bool = False

    def follow(self, standing: Checkpoint) -> None:
        """Go over to the key that signs there now, as far as the one trusted until now has handed over to it.

        Raises:
            Untrusted: it has not.

        """
        if standing.checkpoint is None:
            return
        key = self.key.heir(standing.handovers, standing.checkpoint)
        if key.text != self.key.text:
            self.say(
                f"对方的日志已移交新的公钥 (the log there was handed over to a new key): {key.text}"
            )
            self.handovers += [each for each, _ in self.key.steps(standing.handovers)]
            self.key = key


def pull(source: Source, copy: Copy, *, key: str | None, say: Callable[[str], None]) -> Pulled:
    """Bring `copy` up to date with `source`. `key` is trusted; without one, the first one seen is.

    Nothing of it is to be seen in the copy before the signed checkpoint confirms all of it; what is refused is dropped.
    Killed at any moment, the next pull goes on from the last page fetched.

    Raises:
        Untrusted: a signature, digest or checkpoint does not hold.
        Unreachable: the source cannot be read.
        Busy: another pull works on the same copy.

    """
    standing = source.checkpoint()
    known = copy.state()
    if known.get("source", source.url) != source.url:
        raise MirrorError(f"该副本取自 {known['source']} (this copy is of another source)")
    if standing.epoch is None:
        raise MirrorError("对方尚未公开任何内容 (nothing is published there yet)")
    pinned = _pinned(known, key, standing, say)
    work = _Pull(source, copy, pinned, say, _led(pinned, known, standing))
    work.follow(standing)
    copy.begin(f"{source.url} {work.key.text}")
    if copy.standing().number > standing.serial:
        #: Somebody between led the pull before beyond all there is; no source would say what follows there.
        copy.drop()
    try:
        if copy.standing().epoch != standing.epoch:
            _start_over(work, standing.epoch)
        serial = _until_it_agrees(work)
    except Untrusted:
        copy.drop()
        raise
    except (IntegrityError, DataError, OverflowError, RecursionError):
        copy.drop()
        raise Untrusted("对方所给的内容无法存放 (what the source sends cannot be kept)") from None
    finally:
        copy.tidy()
    _sweep(copy.url)
    count = sum(each.held for each in copy.standing().kinds.values())
    return Pulled(serial, count, work.applied, work.from_dump)


def handovers(known: Mapping[str, str]) -> list[str]:
    """Return the heads by which the source's keys were handed over, as far as a copy has seen them."""
    return msgspec.json.decode(known.get("handovers", "[]"), type=list[str])


def _pinned(
    known: Mapping[str, str], given: str | None, standing: Checkpoint, say: Callable[[str], None]
) -> Key:
    """Return the key to trust: the given one, else the one kept, else the one that signs there now.

    The kept one also where the given one handed over to it, as this copy has seen: what that signs since is forged.
    """
    kept = known.get("key")
    if kept is not None and (given is None or Key(given).last(handovers(known)).text == kept):
        return Key(kept)
    if given is not None:
        return Key(given)
    if standing.vkeys and standing.checkpoint:
        newest = Key(standing.vkeys[-1])
        if newest.signs(standing.checkpoint):
            say(f"首次使用，认定公钥 (trusting on first use): {newest.text}")
            return newest
    raise Untrusted("对方没有给出签署检查点的公钥 (the source names no key that signs its head)")


def _led(pinned: Key, known: Mapping[str, str], standing: Checkpoint) -> list[str]:
    """Return the heads by which the log came to the key that is trusted.

    What the copy kept of them stays: whoever is between may put any number beside it, below heads that this key signed.
    """
    kept = handovers(known) if known.get("key") == pinned.text else []
    return kept or pinned.line(standing.handovers)


def _start_over(work: _Pull, epoch: str) -> None:
    """Fill the copy from the source's dump; where it has none, from the beginning of its feed."""
    for _ in range(_TRIES):
        try:
            work.from_dump = _from_dump(work, epoch)
        except Gone:
            work.say("对方现在没有数据包，从变更接口取 (no dump there; reading the whole feed)")
            break
        if work.from_dump:
            return
    work.copy.start_over(epoch, 0, ())


def _from_dump(work: _Pull, epoch: str) -> bool:
    """Load the source's dump; say whether it was the one of this epoch, unchanged throughout."""
    raw = work.source.text("/data/datapackage.json")
    signed = work.source.text("/data/datapackage.json.note").decode(errors="replace")
    if not work.key.signs(signed):
        #: The log was handed over just now; the feed is proved by the checkpoint.
        work.say("数据包不是以现在的公钥签署的 (the dump is not signed with the present key)")
        raise Gone
    note = work.key.dump(signed)
    if note.manifest_sha256 != sha256(raw).hexdigest() or note.epoch != epoch:
        return False
    manifest = msgspec.json.decode(raw, type=Manifest)
    file = next(each for each in manifest.resources if each.path == _RECORDS)
    digest = file.hash.removeprefix("sha256:")
    head = work.key.head(manifest.checkpoint)
    with _scratch(work.copy.url, digest) as path:
        work.say(f"下载数据包 (fetching the dump): {file.bytes:,} B")
        try:
            work.source.download(f"/data/{_RECORDS}", path, file.bytes, digest)
        except Untrusted:
            return False
        kinds = work.copy.start_over(epoch, note.serial, _items(path))
    if head.size != note.serial or not head.states(kinds, manifest.salt or ""):
        raise Untrusted("数据包的内容与签名不符 (the dump's records are not what is signed)")
    return True


@contextmanager
def _scratch(url: str, digest: str) -> Iterator[Path]:
    """Give the file to download to; one that a killed pull left half is gone on with, others go."""
    place = make_url(url).database
    if not url.startswith("sqlite") or not place:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder) / _RECORDS
        return
    wanted = Path(f"{place}.{digest[:16]}.part")
    _sweep(url, wanted)
    try:
        yield wanted
    except Unreachable:
        raise  # the next pull goes on with what is there
    except BaseException:
        wanted.unlink(missing_ok=True)
        raise
    wanted.unlink(missing_ok=True)


def _sweep(url: str, kept: Path | None = None) -> None:
    """Remove what is left of downloads."""
    place = make_url(url).database
    if url.startswith("sqlite") and place:
        for path in Path(place).parent.glob(f"{Path(place).name}.*.part"):
            if path != kept:
                path.unlink()


def _items(path: Path) -> Iterator[Item]:
    try:
        with gzip.open(path, "rb") as lines:
            for line in lines:
                yield _LINE.decode(line)
    except (msgspec.MsgspecError, OSError, EOFError):
        raise Untrusted("数据包的内容无法读取 (the dump cannot be read)") from None


def _until_it_agrees(work: _Pull) -> int:
    """Follow the feed until the source's signed checkpoint is that of the copy; return its serial."""
    again, waited = True, False
    while True:
        applied = _follow(work)
        standing = work.source.checkpoint()
        work.follow(standing)
        there = work.copy.standing()
        if standing.epoch != there.epoch:
            work.say("对方已从备份恢复，重新建立副本 (new epoch there; starting over)")
            _start_over(work, standing.epoch or "")
            continue
        agrees = digests.together(there.kinds, standing.salt or "") == standing.records
        #: The next pull asks from there on: led beyond all numbers, no source would answer anything any more.
        beyond = there.number > standing.serial
        if agrees and not beyond and (not again or _fits(work, standing, there.kinds)):
            return _signed(work, standing, there)
        if not beyond and (applied or _follow(work)):
            continue  # it changed between the last page and the checkpoint
        if not waited:
            #: One of the answers may be of a moment before the other.
            waited = True
            work.source.sleep(_KEPT)
            continue
        if not again:
            raise Untrusted(
                "副本与检查点不符，重建后仍不符 (the copy does not agree with the checkpoint, even made anew)"
            )
        again = waited = False
        work.say("副本与检查点不符，重新建立 (does not agree with the checkpoint; starting over)")
        _start_over(work, there.epoch or "")


def _fits(work: _Pull, standing: Checkpoint, kinds: Kinds) -> bool:
    """Whether what stands beside the records is what is signed; a copy begun before that was, begins anew."""
    return standing.checkpoint is None or work.key.head(standing.checkpoint).states(
        kinds, standing.salt or ""
    )


def _signed(work: _Pull, standing: Checkpoint, there: Standing) -> int:
    """Hold the checkpoint against its signature; then take over what it was held against, and keep it beside the copy."""
    if standing.checkpoint is None:
        raise Untrusted("检查点没有签名 (the checkpoint is not signed)")
    head = work.key.head(standing.checkpoint)
    if (head.size, head.records) != (standing.serial, standing.records):
        raise Untrusted("检查点与其签名不符 (the checkpoint is not what is signed)")
    if not head.states(there.kinds, standing.salt or ""):
        raise Untrusted(
            "变更号、版次或公开日期与签署的不符 (what stands beside the records is not what is signed)"
        )
    state = work.copy.state()
    if "head" in state:
        #: Its signature was verified when it was kept; the key may be another by now.
        before = stated(state["head"].rpartition("\n\n")[0] + "\n")
        require_continued(work.source, before, head)
    seen = [each for each in handovers(state) if each not in work.handovers]
    work.copy.settle(
        there, state.get("head"), source=work.source.url, key=work.key.text, head=standing.checkpoint,
        salt=standing.salt or "",
        size=str(head.size), head_epoch=standing.epoch or "",
        handovers=msgspec.json.encode(work.handovers + seen).decode(),
    )  # fmt: skip
    return head.size


def _follow(work: _Pull) -> int:
    """Fetch every page there is; return how many changes there were."""
    begun = work.copy.standing()
    number, applied = begun.number, 0
    while True:
        page = work.source.changes(number)
        if page.epoch != begun.epoch or not page.items:
            return applied
        number = work.copy.apply(page.items, after=number)
        applied += len(page.items)
        work.applied += len(page.items)
        work.say(f"变更 (changes) {number}")
