"""By which words a record is told of, and which of them nobody may read (称谓)."""

from collections.abc import Iterator

from portal.airlock.rules import FLOORS
from portal.domain.documents import Document
from portal.domain.draws import Draw
from portal.domain.grounds import OPEN, Disclosure
from portal.domain.items import Item
from portal.domain.parties import Entity
from portal.domain.verdicts import Verdict, filed


def called(record: Entity | Item | Draw | Document) -> tuple[str, ...]:
    """Return the names that others may call a record by."""
    match record:
        case Entity():
            return (record.name, *record.former_names)
        case Document():
            return (record.title,)
        case _:
            return (record.name,)


def kept_back(record: object, verdict: Verdict | None) -> Iterator[str]:
    """Yield the words of one record that are not public, as far as others may mention them."""
    verdict = verdict or filed(getattr(record, "decision", OPEN))
    whole = verdict.whole is not None
    match record:
        case Entity():
            floor, _ = FLOORS.get(record.form, (Disclosure.PUBLIC, ""))
            whole = whole or floor is not Disclosure.PUBLIC
            unnamed = verdict.on("name") is not None
            if whole or unnamed:
                yield from (record.name, *record.former_names)
            #: With the name its numbers go: whoever has one can look the name up elsewhere.
            if whole or unnamed or verdict.on("identifiers"):
                yield from (each.value for each in record.identifiers if each.value)
            if whole:
                yield from filter(None, (record.legal_person, record.contact_phone, record.address))
        case Item() | Draw() if whole:
            yield record.name
        case Document() if whole:
            yield from filter(None, (record.title, record.number))
        case _:
            return
