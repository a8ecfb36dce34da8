"""Draw records: who was drawn from how many, when, how and in whose presence (抽取记录)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from portal.domain.codelists import CodeList
from portal.domain.identifiers import Identifier
from portal.domain.measures import Ratio


class DrawMethod(CodeList):
    """抽取方式."""

    SOFTWARE = "software", "系统随机抽取", "Drawn by software"
    BALLOT = "ballot", "现场抽签", "Ballot box"
    BALLS = "balls", "摇号", "Numbered balls"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawEntry:
    """One drawn party (抽取名单的一行)."""

    entity_key: str
    entity_name: str
    identifier: Identifier
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """One draw (抽取). `operator` and `witness_names` never leave the office.

    Until `embargo_until` (inclusive) the list stays inside: publishing it would warn the
    inspected. Its digest goes out at once, so that it cannot be changed afterwards.
    """

    agency_code: str
    code: str
    name: str
    task_code: str | None = None
    round_no: int = 1
    drawn_on: date
    place: str | None = None
    method: DrawMethod
    frame_count: int | None = None
    sample_count: int | None = None
    ratio: Ratio | None = None
    inspector_count: int | None = None
    team_count: int | None = None
    supervised_by: str | None = None
    operator: str | None = None
    witness_names: str | None = None
    embargo_until: date | None = None
    remark: str | None = None
    entries: tuple[DrawEntry, ...] = ()

    def is_listed(self, today: date) -> bool:
        """Whether the list may be public: its embargo, if any, ended before `today`."""
        return self.embargo_until is None or self.embargo_until < today

    @property
    def key(self) -> str:
        """The natural key: agency and draw number."""
        return f"{self.agency_code}/{self.code}"


def list_digest(nonce: str, names: Iterable[str]) -> str:
    """Return the digest of a draw list that is published before the list itself.

    SHA-256 over the nonce and the sorted lines, each ended by a line feed, as UTF-8. The nonce
    (64 hex digits) is published with the list; without it a short list could be guessed.

    >>> list_digest("00", ["乙", "甲"]) == list_digest("00", ["甲", "乙"])
    True
    """
    text = "".join(f"{line}\n" for line in (nonce, *sorted(names)))
    return hashlib.sha256(text.encode()).hexdigest()
