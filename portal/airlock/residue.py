"""Last look at what is about to become public; any find stops everything."""

from collections.abc import Iterator

from portal.airlock.detectors import scan
from portal.register.records import Part, Record

#: Fields that hold numbers of their own and would only cry wolf.
_EXEMPT = {"id", "value", "list_digest", "list_nonce"}


def residue(record: Record) -> list[tuple[str, str]]:
    """Return (place, kind) of everything secret-looking in the text of `record`.

    Places name the type, its public id and the field; never the text.
    """
    place = f"{type(record).__name__} {record.id}"
    return [
        (f"{place} {name}", hit.kind) for name, text in _texts(record, "") for hit in scan(text)
    ]


def _texts(part: Part, prefix: str) -> Iterator[tuple[str, str]]:
    for name in part.__struct_fields__:
        if name in _EXEMPT or name.endswith(("_id", "_ids")):
            continue
        value = getattr(part, name)
        for each in value if isinstance(value, tuple) else (value,):
            if type(each) is str:
                yield prefix + name, each
            elif isinstance(each, Part):
                yield from _texts(each, f"{prefix}{name}.")
