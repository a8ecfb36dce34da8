"""What every published record is made of."""

import msgspec


class Part(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """Base of everything inside a published record."""


class Record(Part, frozen=True, kw_only=True):
    """Base of every published record. `id` is opaque and stable for ever."""

    id: str


class Withheld(Part, frozen=True):
    """A value that is kept back: which field, on what ground, by which provision."""

    field: str
    ground: str
    article: str
