"""Holds the dump that is offered against what was signed, file by file: what lies on the shelf may have been replaced."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from portal.register.columns.datasets import DATASETS
from portal.register.dumps import cutting, files, shelf
from portal.register.dumps.describing import MANIFEST, SIGNATURE, Terms, csvw
from portal.register.proofs.note import BadNote, Verifier
from portal.register.queries import log


def faults(session: Session, dump: shelf.Dump) -> Iterator[str]:
    """Yield what is wrong with a dump of the register of `session`."""
    try:
        yield from _of(session, dump)
    except (OSError, ValueError, LookupError, TypeError) as error:
        yield f"数据包 {dump.folder.name} 无法读取（{type(error).__name__}）"


def _of(session: Session, dump: shelf.Dump) -> Iterator[str]:
    raw = (dump.folder / MANIFEST).read_bytes()
    #: First of all: what was replaced may be no manifest any more.
    if not _is_signed(session, dump, sha256(raw).hexdigest()):
        yield f"数据包的 {MANIFEST} 不是所签署的那一份"
        return
    manifest: dict[str, Any] = json.loads(raw)
    if manifest["checkpoint"] != log.signed_at(session, dump.serial):
        yield "数据包所载的检查点不是登记册中的那一个"
    known = {MANIFEST, SIGNATURE}
    for each in manifest["resources"]:
        known.add(each["path"])
        found = files.written(dump.folder / each["path"])
        if (found.size, f"sha256:{found.sha256}") != (each["bytes"], each["hash"]):
            yield f"数据包的 {each['path']} 与所签署的清单不符"
    for word, dataset in DATASETS.items():
        name = f"{word}.csv-metadata.json"
        known.add(name)
        if (dump.folder / name).read_text("utf-8") != cutting.as_json(
            csvw(dataset, _terms(manifest))
        ):
            yield f"数据包的 {name} 不是由清单而来的；刚升级过的，请重新生成数据包"
    for path in sorted(dump.folder.iterdir()):
        if path.name not in known:
            yield f"数据包中有清单之外的文件 {path.name}"


def _is_signed(session: Session, dump: shelf.Dump, digest: str) -> bool:
    """Whether the key that signs the log now has signed this manifest as that of this folder."""
    note = (dump.folder / SIGNATURE).read_text("utf-8", errors="replace")
    head = log.head(session)
    try:
        verifier = Verifier.of(head.vkeys[-1] if head and head.vkeys else "")
        text = cutting.statement(verifier.name, dump.epoch, dump.serial, digest)
        return verifier.opens(note) and note.startswith(f"{text}\n")
    except BadNote:
        return False


def _terms(manifest: dict[str, Any]) -> Terms:
    return Terms(
        manifest["homepage"].removesuffix("/data/"),
        manifest["contributors"][0]["title"],
        manifest["licenses"][0]["path"],
    )
