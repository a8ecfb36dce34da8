"""Holds the signed heads, and a witness's, against the tree as it was just computed."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register import numbered
from portal.register.proofs import agreeing, forgotten, restorations, succession
from portal.register.proofs.note import BadNote, Checkpoint, Verifier, split
from portal.register.proofs.report import Audited
from portal.register.tables.log import CheckpointRow

#: What the head is called that somebody kept elsewhere.
WITNESS = "见证文件中的检查点"
_HANDOVER = "移交公钥的检查点"


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
        self._newest: str | None = None
        self._last = 0
        self._records: str | None = None
        self._restored: str | None = None
        self._forgotten: str | None = None
        self._numbered: str | None = None
        #: The keys that may sign, one after the other.
        self._keys: list[Verifier] = []
        #: How many of them have had their turn: what one signs, none before it signs any more.
        self._turn = 0
        self._take_keys(session)
        witnessed = _size(witness)
        for size, note in session.execute(
            sa.select(CheckpointRow.size, CheckpointRow.note).order_by(CheckpointRow.size)
        ):
            self._take(f"第{size}条处的检查点", note, size)
            found.head = self._newest = note
            self._last = size
            if witnessed == size:
                self._beside = note
        found.done["checkpoints"] = sum(map(len, self._heads.values()))
        if witness is not None:
            self._take(WITNESS, witness, None)
            found.done["witness"] = 1
        if self._last and self._turn + 1 != len(self._keys):
            found.fault("最新检查点不是以最后一把公钥签署的")

    def at(self, size: int, root: bytes) -> None:
        """Compare the heads signed at `size` with the root there, and a witness's with the register's own."""
        for name, head in self._heads.pop(size, ()):
            if head.root != root:
                self._miss(name, head, "树根与登记册不符")
            elif name == WITNESS:
                self._same()

    def _same(self) -> None:
        """Hold the witness's head against the one that the register keeps over the same entries."""
        if self._beside is None:
            self._found.fault(f"{WITNESS}：登记册中已没有这个检查点")
        elif agreeing.were_two(self._witness or "", self._beside, self._newest or ""):
            self._found.fault(
                f"{WITNESS}：与登记册中同一条数处的检查点所签的不是同一内容（同一私钥签了两种说法）；"
                "请将此文件与登记册中的检查点一并另存为证"
            )

    def wanted(self) -> set[int]:
        """Return the sizes at which a root is wanted."""
        return set(self._heads)

    def _miss(self, name: str, head: Checkpoint, why: str) -> None:
        """Tell of a head that the register is not of, unless a restoration explains it.

        A witness's is told all the same; who handed over to whom stays true of one of a lost part.
        """
        words = (
            None if name not in (WITNESS, _HANDOVER) else restorations.explain(self._session, head)
        )
        if words is None:
            self._found.fault(f"{name}：{why}")
        elif name == WITNESS:
            self._found.fault(
                f"{name}：签于第{head.size}条；{words}。见证文件所签的末段已无从核对，并非核对无误："
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
                    self._miss(name, head, f"签署时有{head.size}条，登记册现在只有{size}条")
        if size > self._last:
            self._found.fault(
                f"有{size - self._last}条尚未签署；如刚升级过，请在办公端运行 portal-office migrate"
            )

    def _take_keys(self, session: Session) -> None:
        """Take the keys up to the first that the one before it did not hand over to, and the heads by which they did."""
        rows = succession.keys(session)
        if not succession.is_plain(session):
            self._found.fault("公钥的次序不是一把接一把")
        try:
            self._keys.extend(succession.approved(rows))
            handovers = [(each.handover or "") for each in rows[1 : len(self._keys)]]
            for note in handovers:
                head = Checkpoint.of(note)
                self._heads.setdefault(head.size, []).append((_HANDOVER, head))
        except (BadNote, ValueError):
            self._found.fault("公钥或者移交公钥的检查点格式有误")
        for row in rows[len(self._keys) :]:
            self._found.fault(
                f"公钥未经先前的公钥认可（没有由两者签署、写明新公钥的检查点）：{row.vkey[:80]}"
            )

    def _take(self, name: str, note: str, size: int | None) -> None:
        try:
            head = Checkpoint.of(note)
            signers = [each.vkey for each in self._keys if each.opens(note)]
        except (BadNote, ValueError):
            self._found.fault(f"{name}：格式有误")
            return
        if not signers or head.origin != self._keys[0].name:
            self._found.fault(f"{name}：签名无效，或不是本登记册的公钥所签")
        elif size is not None and len(signers) < len(split(note)[1]):
            self._found.fault(f"{name}：另有不是本登记册公钥的签名")
        elif not self._is_in_turn(head, signers, is_own=size is not None):
            self._found.fault(f"{name}：签名的公钥不是其时应当签署的那一把")
        if size is not None:
            self._records, self._restored = head.records, head.restored
            self._forgotten, self._numbered = head.forgotten, head.numbered
        if not agreeing.is_of(self._session, head):
            self._found.fault(f"{name}：所签的恢复说明与登记册所载的不符")
        if size is not None and head.size != size:
            self._found.fault(f"{name}：所签条数为{head.size}")
        self._heads.setdefault(head.size, []).append((name, head))

    def _is_in_turn(self, head: Checkpoint, signers: list[str], *, is_own: bool) -> bool:
        """Whether the key that the head names has signed it, the first where it names none, and none had its turn before."""
        vkeys = [each.vkey for each in self._keys]
        named = head.key or vkeys[0]
        if named not in signers:
            return False
        turn = vkeys.index(named)
        if is_own and turn < self._turn:
            return False
        self._turn = turn if is_own else self._turn
        return True


def _size(note: str | None) -> int | None:
    try:
        return Checkpoint.of(note).size if note else None
    except (BadNote, ValueError):
        return None
