"""Holds the signed heads, and a witness's, against the tree as it was just computed."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register import numbered
from portal.register.proofs import agreeing, forgotten, restorations
from portal.register.proofs.note import BadNote, Checkpoint, Verifier, heirs
from portal.register.proofs.report import Audited
from portal.register.tables.log import CheckpointRow, LogKeyRow

#: What the head is called that somebody kept elsewhere.
WITNESS = "见证文件中的检查点"


class Signed:
    """Follows a growing tree and compares its root wherever a head was signed."""

    def __init__(self, session: Session, found: Audited, witness: str | None) -> None:
        """Read the heads; `witness` is one that somebody kept elsewhere."""
        self._found = found
        self._session = session
        self._heads: dict[int, list[tuple[str, Checkpoint]]] = {}
        self._witness = witness
        #: The register's own head over as many entries as the witness's.
        self._beside: str | None = None
        self._last = 0
        self._records: str | None = None
        self._restored: str | None = None
        self._forgotten: str | None = None
        self._numbered: str | None = None
        self._verifiers = self._keys(session)
        self._used: set[str] = set()
        #: The key of the first head, and those that a head named which one of these has signed.
        self._trusted: set[str] = set()
        witnessed = _size(witness)
        for size, note in session.execute(
            sa.select(CheckpointRow.size, CheckpointRow.note).order_by(CheckpointRow.size)
        ):
            self._take(f"第{size}条处的检查点", note, size)
            found.head, self._last = note, size
            if witnessed == size:
                self._beside = note
        found.done["checkpoints"] = sum(map(len, self._heads.values()))
        if witness is not None:
            self._take(WITNESS, witness, None)
            found.done["witness"] = 1
        for vkey in sorted({each.vkey for each in self._verifiers} - self._used):
            found.fault(f"公钥没有签署过任何检查点：{vkey}")

    def at(self, size: int, root: bytes) -> None:
        """Compare the heads signed at `size` with the root there, and a witness's with the register's own."""
        for name, head in self._heads.pop(size, ()):
            if head.root != root:
                self._found.fault(f"{name}：{self._lost(name, head) or '树根与登记册不符'}")
            elif name == WITNESS:
                self._same()

    def _same(self) -> None:
        """Hold the witness's head against the one that the register keeps over the same entries."""
        if self._beside is None:
            self._found.fault(f"{WITNESS}：登记册中已没有这个检查点")
        elif self._witness is not None and agreeing.contradicts(self._witness, self._beside):
            self._found.fault(
                f"{WITNESS}：与登记册中同一条数处的检查点所签的不是同一内容（同一私钥签了两种说法）；"
                "请将此文件与登记册中的检查点一并另存为证"
            )

    def wanted(self) -> set[int]:
        """Return the sizes at which a root is wanted."""
        return set(self._heads)

    def _lost(self, name: str, head: Checkpoint) -> str | None:
        """Say what became of a witness's head, where a restoration explains it."""
        words = restorations.explain(self._session, head) if name == WITNESS else None
        if words is None:
            return None
        return (
            f"签于第{head.size}条；{words}。见证文件所签的末段已无从核对，并非核对无误："
            "请另存此文件为证，查明原因后以现在的检查点重新开始见证"
        )

    def finish(self, size: int, records: str, gone: str) -> None:
        """Say which heads were never reached, and whether the last one covers all there is.

        `records` is the digest of everything that is live, `gone` of what is gone.
        """
        if size == self._last != 0 and gone != (self._forgotten or forgotten.NOTHING):
            self._found.fault(
                "已去除正文的条目与最新检查点所签的不符；如刚升级过，请运行 portal-office migrate"
            )
        if size == self._last != 0 and numbered.stated(self._session) != self._numbered:
            self._found.fault(
                "最新检查点所签的变更号、版次与公开日期摘要与登记册不符；"
                "如刚升级过，请运行 portal-office migrate"
            )
        if size == self._last != 0 and records != self._records:
            self._found.fault(
                "最新检查点所签的记录集合摘要与登记册不符；如刚升级过，请运行 portal-office migrate"
            )
        restored = restorations.digest(self._session)
        if self._last and (self._restored != restored or not restorations.is_plain(self._session)):
            self._found.fault("恢复说明与最新检查点所签的不符")
        for heads in self._heads.values():
            for name, head in heads:
                if head.size:
                    why = f"签署时有{head.size}条，登记册现在只有{size}条"
                    self._found.fault(f"{name}：{self._lost(name, head) or why}")
        if size > self._last:
            self._found.fault(
                f"有{size - self._last}条尚未签署；如刚升级过，请在办公端运行 portal-office migrate"
            )

    def _keys(self, session: Session) -> list[Verifier]:
        verifiers = []
        for vkey in session.scalars(sa.select(LogKeyRow.vkey)):
            try:
                verifiers.append(Verifier.of(vkey))
            except (BadNote, ValueError):
                self._found.fault(f"公钥无法识别：{vkey[:80]}")
        return verifiers

    def _take(self, name: str, note: str, size: int | None) -> None:
        try:
            head = Checkpoint.of(note)
            signers = [each for each in self._verifiers if each.opens(note)]
        except (BadNote, ValueError):
            self._found.fault(f"{name}：格式有误")
            return
        self._used.update(each.vkey for each in signers if size is not None)
        if head.origin not in {each.name for each in signers}:
            self._found.fault(f"{name}：签名无效，或不是本登记册的公钥所签")
        elif not self._approved(note, {each.vkey for each in signers}):
            self._found.fault(
                f"{name}：所用的公钥未经先前的公钥认可（没有由先前的公钥签署、写明新公钥的检查点）"
            )
        if size is not None:
            self._records, self._restored = head.records, head.restored
            self._forgotten, self._numbered = head.forgotten, head.numbered
        if not agreeing.is_of(self._session, head):
            self._found.fault(f"{name}：所签的恢复说明与登记册所载的不符")
        if size is not None and head.size != size:
            self._found.fault(f"{name}：所签条数为{head.size}")
        self._heads.setdefault(head.size, []).append((name, head))

    def _approved(self, note: str, signers: set[str]) -> bool:
        """Whether one of the log's keys signed a head, and none but these.

        Anybody may put a signature below a head that is there: what approves a key is the text that was signed.
        """
        if not self._trusted and len(signers) == 1:
            self._trusted = set(signers)
        if self._trusted & signers:
            self._trusted |= heirs(note)
        return bool(signers) and signers <= self._trusted


def _size(note: str | None) -> int | None:
    try:
        return Checkpoint.of(note).size if note else None
    except (BadNote, ValueError):
        return None
