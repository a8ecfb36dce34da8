"""Verifies what the source signs: notes after C2SP signed-note, with Ed25519."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from portal.mirror import digests
from portal.mirror.digests import Sums
from portal.mirror.errors import Untrusted

_ED25519 = b"\x01"
_ID_BYTES = 4
_KEY_BYTES = 32
_HEAD = re.compile(
    r"([^\n]+)\n(0|[1-9]\d*)\n([A-Za-z0-9+/]{43}=)\n(?:[^\n]+\n)*?mingcha/records/1 ([0-9a-f]{64})\n"
    r"(?:[^\n]+\n)*"
)
_RESTORED = re.compile(r"([1-9]\d*) [0-9a-f]{64}")
#: Origin, size, root: before the lines that have names.
_NAMELESS = 3
RESTORED = "mingcha/restored/1"
#: Which key signs from here on, once the log's first has handed over.
KEY = "mingcha/key/1"
_DUMP = re.compile(r"([^\n]+)/dump\n([0-9a-f]+) (\d+)\n([0-9a-f]{64})\n")


@dataclass(frozen=True, slots=True)
class Head:
    """What a signed head says: how many changes, the digest of all records after them, and of what tree.

    `restored` counts how often the log was restored from a backup; `said` is every line by its name.
    """

    size: int
    records: str
    root: bytes
    restored: int
    said: Mapping[str, str] = field(default_factory=dict)

    def states(self, kinds: Mapping[str, Sums], salt: str) -> bool:
        """Whether these are the records, with the salt, and what stands beside them as far as it says."""
        beside = digests.beside(kinds)
        return (digests.together(kinds, salt), beside) == (
            self.records,
            self.said.get(digests.NUMBERED, beside),
        )


@dataclass(frozen=True, slots=True)
class DumpNote:
    """What a signed dump note says."""

    epoch: str
    serial: int
    manifest_sha256: str


class Key:
    """One public key: ``name+hash+key``, as the source's key page prints it."""

    def __init__(self, vkey: str) -> None:
        """Read it.

        Raises:
            Untrusted: it is no such key.

        """
        try:
            self.name, stated, text = vkey.strip().split("+", 2)
            raw = base64.b64decode(text, validate=True)
        except (ValueError, binascii.Error):
            raise Untrusted("公钥无法识别 (not a key)") from None
        self._id = sha256(self.name.encode() + b"\n" + raw).digest()[:_ID_BYTES]
        if raw[:1] != _ED25519 or len(raw) != 1 + _KEY_BYTES or stated != self._id.hex():
            raise Untrusted("公钥无法识别 (not a key)")
        self._key = Ed25519PublicKey.from_public_bytes(raw[1:])
        self.text = vkey.strip()

    def head(self, note: str) -> Head:
        """Return what a head says, once its signature holds.

        Raises:
            Untrusted: it does not.

        """
        return stated(self._opened(note), self.name)

    def dump(self, note: str) -> DumpNote:
        """Return what a dump note says, once its signature holds.

        Raises:
            Untrusted: it does not.

        """
        match = _DUMP.fullmatch(self._opened(note))
        if match is None or match[1] != self.name:
            raise Untrusted("数据包签名格式有误 (malformed dump note)")
        return DumpNote(match[2], int(match[3]), match[4])

    def signs(self, note: str) -> bool:
        """Whether this key has signed `note`."""
        try:
            self._opened(note)
        except Untrusted:
            return False
        return True

    def heir(self, handovers: Sequence[str], note: str) -> "Key":
        """Return the key that signs `note`, this one or one that it handed over to by `handovers`, step by step.

        Raises:
            Untrusted: there is none, or `note` names another.

        """
        key = self.last(handovers)
        if key.head(note).said.get(KEY, key.text) != key.text:
            raise Untrusted(
                "检查点写明由另一把公钥签署 (the head names another key than the one that signed it)"
            )
        return key

    def last(self, handovers: Sequence[str]) -> "Key":
        """Return the key that this one, step by step, handed over to by `handovers`; itself where it did not.

        Raises:
            Untrusted: a head is malformed.

        """
        return [self, *(key for _, key in self.steps(handovers))][-1]

    def steps(self, handovers: Sequence[str]) -> Iterator[tuple[str, "Key"]]:
        """Yield those of `handovers` by which this key, step by step, handed over, each with the one that it led to.

        A head hands over that both keys signed and that names the one to come.

        Raises:
            Untrusted: a head is malformed.

        """
        key = self
        for each in handovers:
            named = key.head(each).said.get(KEY) if key.signs(each) else None
            if named is not None and named != key.text:
                to = Key(named)
                if to.name != key.name or not to.signs(each):
                    return
                yield each, to
                key = to

    def line(self, handovers: Sequence[str]) -> list[str]:
        """Return those of `handovers` by which the log came to this key, step by step, the first one first.

        Others are no business of who trusts this key: whoever holds an older one can make as many as they like.
        """
        found: list[str] = []
        for each in reversed(handovers):
            try:
                named = Key(stated(each.rpartition("\n\n")[0] + "\n", self.name).said[KEY])
            except (Untrusted, KeyError, ValueError):
                continue
            #: The first one names this key; one before it names the key that signed the one after it.
            if (
                named.name == self.name
                and named.signs(each)
                and (named.signs(found[-1]) if found else named.text == self.text)
            ):
                found.append(each)
        return found[::-1]

    def _opened(self, note: str) -> str:
        text, _, lines = note.rpartition("\n\n")
        text += "\n"
        for line in lines.splitlines():
            match = re.fullmatch(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})", line)
            if match is None or match[1] != self.name:
                continue
            try:
                raw = base64.b64decode(match[2], validate=True)
                if raw[:_ID_BYTES] == self._id:
                    self._key.verify(raw[_ID_BYTES:], text.encode())
                    return text
            except (binascii.Error, InvalidSignature):
                break
        raise Untrusted("签名与所认定的公钥不符 (not signed by the pinned key)")


def stated(text: str, name: str | None = None) -> Head:
    """Return what the text of a head says, whoever signed it; of the log called `name`, where one is given.

    Raises:
        Untrusted: it is none.

    """
    match = _HEAD.fullmatch(text)
    lines = text.split("\n")[_NAMELESS:-1]
    said = dict(line.partition(" ")[::2] for line in lines)
    #: One that says a thing twice says one to whoever reads the first line, and another to who reads the last.
    if match is None or name not in (None, match[1]) or len(said) < len(lines):
        raise Untrusted("检查点格式有误 (malformed checkpoint)")
    restored = _RESTORED.fullmatch(said.get(RESTORED, ""))
    root = base64.b64decode(match[3])
    return Head(int(match[2]), match[4], root, int(restored[1]) if restored else 0, said)
