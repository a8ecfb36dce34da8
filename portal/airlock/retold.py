"""A record that is told anew for another reason: its own texts say no more than they did, nor is a list out (转述如前)."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import msgspec

from portal.register.parts import Part
from portal.register.records import PublicDraw, PublicDrawEntry, Record

R = TypeVar("R")
#: What a draw says of its list before that is out.
_OF_A_LIST = ("frame_count", "sample_count", "ratio", "ratio_text", "list_digest")


def retold(record: Record, cautious: Record, was: Record | None) -> Record:
    """Return the record with each text as it is public; one that is not yet, as `cautious` has it.

    `cautious` is the record as files that wait would have it. What is public loses nothing for them, nor do words come out
    that a reviewer let out without.
    """
    said = {each for each in _texts(was) if each}
    return _either(record, cautious, said)


def is_sealed(was: Record | None) -> bool:
    """Whether this is a draw whose list stands under its digest alone."""
    return isinstance(was, PublicDraw) and was.list_digest is not None and was.list_nonce is None


def listed(records: Iterable[Record]) -> list[str]:
    """Return the ids of the parties whom the entries of a list among these records name."""
    return sorted({each.entity_id for each in records if isinstance(each, PublicDrawEntry)})


def unlisted(draw: Record, was: Record | None) -> Record:
    """Return a draw with the figures and the digest that stand; nothing opens these."""
    if not isinstance(draw, PublicDraw):
        return draw
    kept = {name: getattr(was, name) for name in _OF_A_LIST} if was else {}
    return msgspec.structs.replace(draw, **kept, list_nonce=None)


def _either(record: R, cautious: R, said: set[str]) -> R:
    if record == cautious:
        return record
    found: Any = record
    if isinstance(record, tuple) and isinstance(cautious, tuple) and len(record) == len(cautious):
        found = tuple(_either(*each, said) for each in zip(record, cautious, strict=True))
    elif isinstance(record, Part):
        found = msgspec.structs.replace(
            record,
            **{
                name: _either(getattr(record, name), getattr(cautious, name), said)
                for name in record.__struct_fields__
            },
        )
    elif isinstance(record, str) and record not in said:
        found = cautious
    return found  # type: ignore[no-any-return]


def _texts(part: object) -> Iterator[str]:
    """Yield every text of a record."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple):
        for each in part:
            yield from _texts(each)
    elif isinstance(part, Part):
        for name in part.__struct_fields__:
            yield from _texts(getattr(part, name))
