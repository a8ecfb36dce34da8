"""Signed notes and checkpoints as C2SP writes them (signed-note, tlog-checkpoint), with Ed25519."""

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519 = b"\x01"
_KEY_BYTES = 32
_ID_BYTES = 4
_NAME = re.compile(r"[^\s+]+")
_CHECKPOINT = re.compile(r"([^\n]+)\n(0|[1-9]\d{0,18})\n([A-Za-z0-9+/]{43}=)\n((?:[^\n]+\n)*)")
#: The extension line of a checkpoint that says which records were live then.
_RECORDS = re.compile(r"^mingcha/records/1 ([0-9a-f]{64})$", re.MULTILINE)

#: The one that says which restorations came before it (`register.proofs.restorations`).
_RESTORED = re.compile(r"^mingcha/restored/1 ([1-9]\d* [0-9a-f]{64})$", re.MULTILINE)

#: The one that says which texts are gone (`register.proofs.forgotten`).
_FORGOTTEN = re.compile(r"^mingcha/forgotten/1 ([0-9a-f]{64})$", re.MULTILINE)

#: The one that says under which change and version each is public (`register.numbered`).
_NUMBERED = re.compile(r"^mingcha/numbered/1 ([0-9a-f]{64})$", re.MULTILINE)

#: The one that says which key signs from here on, once the first has handed over (`register.proofs.succession`).
_KEY = re.compile(r"^mingcha/key/1 (\S+)$", re.MULTILINE)


class BadNote(ValueError):
    """A note, checkpoint or key is not as it should be; the message says what."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key with its name; `vkey` is how it is published."""

    name: str
    key: Ed25519PublicKey

    @classmethod
    def of(cls, vkey: str) -> "Verifier":
        """Read ``name+hash+key``.

        Raises:
            BadNote: it is no Ed25519 verifier key.

        """
        name, key = _read_key(vkey.split("+", 2))
        return cls(name, Ed25519PublicKey.from_public_bytes(key))

    @property
    def vkey(self) -> str:
        """The key as text."""
        raw = self.key.public_bytes_raw()
        return f"{self.name}+{_id(self.name, raw).hex()}+{_text(_ED25519 + raw)}"

    def opens(self, note: str) -> bool:
        """Whether `note` carries a valid signature of this key."""
        text, signatures = split(note)
        mine = _id(self.name, self.key.public_bytes_raw())
        for name, key_id, signature in signatures:
            if (name, key_id) == (self.name, mine):
                try:
                    self.key.verify(signature, text.encode())
                except InvalidSignature:
                    return False
                return True
        return False


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with its name, which is also the origin of the log it signs."""

    name: str
    key: Ed25519PrivateKey

    @classmethod
    def new(cls, name: str) -> "Signer":
        """Make a key.

        Raises:
            BadNote: the name holds a blank or a plus sign.

        """
        if not _NAME.fullmatch(name):
            raise BadNote("name of a key")
        return cls(name, Ed25519PrivateKey.generate())

    @classmethod
    def of(cls, text: str) -> "Signer":
        """Read ``PRIVATE+KEY+name+hash+key``, as Go's note package writes it.

        Raises:
            BadNote: it is no such key, or damaged.

        """
        marks = text.strip().split("+", 4)
        if marks[:2] != ["PRIVATE", "KEY"]:
            raise BadNote("private key")
        name, raw = _read_key(marks[2:], private=True)
        return cls(name, Ed25519PrivateKey.from_private_bytes(raw))

    @property
    def text(self) -> str:
        """The key as its file holds it."""
        public = self.key.public_key().public_bytes_raw()
        raw = self.key.private_bytes_raw()
        return f"PRIVATE+KEY+{self.name}+{_id(self.name, public).hex()}+{_text(_ED25519 + raw)}\n"

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self.key.public_key())

    def sign(self, text: str) -> str:
        """Return the signed note of `text`, which ends in a newline."""
        public = self.key.public_key().public_bytes_raw()
        signature = _id(self.name, public) + self.key.sign(text.encode())
        return f"{text}\n— {self.name} {_text(signature)}\n"

    def cosign(self, note: str) -> str:
        """Return a signed note with the signature of this key below those that it carries."""
        return note + self.sign(split(note)[0]).rpartition("\n\n")[2]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: whose it is, how many leaves, which root.

    `records` is the digest of all records that were live then (`register.digests.together`), as an
    extension line: whoever keeps a copy can hold it against the signature. Older heads lack it.
    `restored` counts the restorations before, with the digest of their statements; `forgotten` is the
    digest of the leaves whose text is gone, `numbered` that of what the change feed says beside each record.
    `key` is the public key that signs from here on; None while it is the log's first.
    """

    origin: str
    size: int
    root: bytes
    records: str | None = None
    restored: str | None = None
    forgotten: str | None = None
    numbered: str | None = None
    key: str | None = None

    @classmethod
    def of(cls, note: str) -> "Checkpoint":
        """Read the checkpoint in a note, whoever signed it.

        Raises:
            BadNote: it is none.

        """
        match = _CHECKPOINT.fullmatch(split(note)[0])
        #: One that says a thing twice says one to whoever reads the first line, and another to who reads the last.
        if match is None or len(named(match[4])) < match[4].count("\n"):
            raise BadNote("checkpoint")
        lines = (
            each.search(match[4]) for each in (_RECORDS, _RESTORED, _FORGOTTEN, _NUMBERED, _KEY)
        )
        return cls(
            match[1],
            int(match[2]),
            _bytes(match[3]),
            *(each[1] if each else None for each in lines),
        )

    @property
    def text(self) -> str:
        """What is signed."""
        records = f"mingcha/records/1 {self.records}\n" if self.records else ""
        restored = f"mingcha/restored/1 {self.restored}\n" if self.restored else ""
        forgotten = f"mingcha/forgotten/1 {self.forgotten}\n" if self.forgotten else ""
        numbered = f"mingcha/numbered/1 {self.numbered}\n" if self.numbered else ""
        key = f"mingcha/key/1 {self.key}\n" if self.key else ""
        head = f"{self.origin}\n{self.size}\n{_text(self.root)}\n"
        return f"{head}{records}{restored}{forgotten}{numbered}{key}"


def named(lines: str) -> dict[str, str]:
    """Return what a head's lines after the third say, by name; only a line feed ends one."""
    return dict(line.partition(" ")[::2] for line in lines.split("\n")[:-1])


def split(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Return the text of a note, and name, key id and signature of each signature line.

    Raises:
        BadNote: it is no signed note.

    """
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise BadNote("signed note")
    found = []
    for line in lines[:-1].split("\n"):
        match = re.fullmatch(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})", line)
        if match is None:
            raise BadNote("signature line")
        raw = _bytes(match[2])
        found.append((match[1], raw[:_ID_BYTES], raw[_ID_BYTES:]))
    return text + "\n", found


def _read_key(parts: list[str], *, private: bool = False) -> tuple[str, bytes]:
    """Return name and raw key of ``[name, hash, base64]`` after checking the hash."""
    if len(parts) != 3 or not _NAME.fullmatch(parts[0]):  # noqa: PLR2004
        raise BadNote("key")
    name, stated, text = parts
    raw = _bytes(text)
    if raw[:1] != _ED25519 or len(raw) != 1 + _KEY_BYTES:
        raise BadNote("key")
    public = raw[1:]
    if private:
        public = Ed25519PrivateKey.from_private_bytes(raw[1:]).public_key().public_bytes_raw()
    if stated != _id(name, public).hex():
        raise BadNote("key")
    return name, raw[1:]


def _id(name: str, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:_ID_BYTES]


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadNote("base64") from None
    #: The last letter has bits that nobody reads.
    if _text(raw) != text:
        raise BadNote("base64")
    return raw
