"""Last look at what is about to become public; any find stops everything."""

from collections.abc import Iterator

from portal.airlock.around import Passage
from portal.airlock.detectors import scan, scan_persons
from portal.domain.identifiers import Scheme
from portal.register.records import Part, PublicIdentifier, Record

#: Fields that hold numbers of their own and would only cry wolf.
_EXEMPT = {"id", "list_digest", "list_nonce"}
#: Schemes whose numbers are checked by their form; a local number may be anything.
_NUMBERED = {Scheme.USCC.value, Scheme.REG15.value, Scheme.REG13.value}


def residue(record: Record, passage: Passage) -> list[tuple[str, str]]:
    """Return (field, kind) of everything in the text of `record` that may not be public.

    The field is a path such as ``findings[1].detail``, counted from 0; the text is never told.
    """
    found: list[tuple[str, str]] = []
    for name, text in _texts(record, ""):
        found += [(name, hit.kind) for hit in scan(text)]
        if passage.personal:
            found += [(name, hit.kind) for hit in scan_persons(text)]
        if any(secret in text for secret in passage.secrets):
            found.append((name, "内部登记的不公开内容"))
    return found


def _texts(part: Part, prefix: str) -> Iterator[tuple[str, str]]:
    if isinstance(part, PublicIdentifier) and part.scheme in _NUMBERED:
        return
    for name in part.__struct_fields__:
        if name in _EXEMPT or name.endswith(("_id", "_ids")):
            continue
        value = getattr(part, name)
        if type(value) is str:
            yield prefix + name, value
        elif isinstance(value, tuple):
            for number, each in enumerate(value):
                if type(each) is str:
                    yield f"{prefix}{name}[{number}]", each
                elif isinstance(each, Part):
                    yield from _texts(each, f"{prefix}{name}[{number}].")
