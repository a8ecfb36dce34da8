"""Query strings become checked values; what is not understood is an error, never silence."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from flask import request
from flask_babel import gettext as _

from portal.domain.codelists import CodeList
from portal.kit.i18n import LANGUAGES
from portal.public.viewing import VIEWS, is_viewed
from portal.register.selecting.listings import LISTINGS
from portal.register.selecting.model import Parameter, Reads

Read = Callable[[str], Any]


class BadParameter(ValueError):
    """A parameter is unknown or unreadable. `accepted` says what would be right."""

    def __init__(self, name: str, given: str, accepted: str, *, is_known: bool = True) -> None:
        """Keep what to tell the reader."""
        super().__init__(name)
        self.is_known = is_known
        self.name = name
        self.given = given
        self.accepted = accepted


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked for. `given` is as it was written, for links and forms."""

    conditions: dict[str, Any]
    given: dict[str, str]
    more: dict[str, Any]


def selection(word: str, *, blanks: bool = True, **more: Read) -> Asked:
    """Return the conditions on the dataset `word`, and what `more` reads.

    Older names of parameters become their present ones. A blank value is left out, as forms send
    it, unless `blanks` is false.

    Raises:
        BadParameter: one is unknown, given twice, or cannot be read.

    """
    known, readers = _readers(word)
    found = strictly({**readers, **more}, blanks=blanks)
    conditions: dict[str, Any] = {}
    given: dict[str, str] = {}
    for name in [name for name in found if name in known]:
        own = known[name].name
        if own in conditions:
            raise BadParameter(name, request.args[name], _("每个参数只能出现一次"))
        conditions[own] = found.pop(name)
        given[own] = request.args[name]
    return Asked(conditions, given, found)


@cache
def _readers(word: str) -> tuple[dict[str, Parameter], dict[str, Read]]:
    """Return the parameters of a dataset by name, and what reads each; made once, asked on every poll."""
    known = LISTINGS[word].known()
    return known, {name: reader_of(parameter) for name, parameter in known.items()}


def read(**known: Read) -> dict[str, Any]:
    """Return the parameters of this request, read as `known` says; blank ones are left out.

    Raises:
        BadParameter: one is unknown, given twice, or cannot be read.

    """
    return strictly(known, blanks=True)


def strictly(readers: dict[str, Read], *, blanks: bool = False) -> dict[str, Any]:
    """Do as `read` does; without `blanks` a blank value is an error like any other."""
    known = {"lang": member_of(*LANGUAGES), **readers}
    if is_viewed(request.endpoint):
        known["view"] = member_of(*VIEWS)
    found: dict[str, Any] = {}
    for name, given in request.args.items(multi=True):
        if name not in known:
            raise BadParameter(name, given, ", ".join(known), is_known=False)
        if name in found:
            raise BadParameter(name, given, _("每个参数只能出现一次"))
        if not given and blanks:
            continue
        try:
            found[name] = known[name](given)
        except ValueError as error:
            raise BadParameter(name, given, str(error)) from None
    found.pop("lang", None)
    found.pop("view", None)
    return found


def reader_of(parameter: Parameter) -> Read:
    """Return what reads a parameter of a dataset."""
    if parameter.codes is not None:
        return code_of(parameter.codes)
    return _READERS[parameter.reads]


def member_of(*values: str) -> Read:
    """Read one of a few words."""

    def parse(text: str) -> str:
        if text not in values:
            raise ValueError(", ".join(values))
        return text

    return parse


@cache
def code_of(codes: type[CodeList]) -> Read:
    """Read a code of a list."""
    return member_of(*(each.value for each in codes))


def year(text: str) -> int:
    """Read a year."""
    if not (text.isascii() and text.isdecimal() and 1990 <= int(text[:5]) <= 2100):  # noqa: PLR2004
        raise ValueError("1990–2100")
    return int(text)


def quarter(text: str) -> str:
    """Read a quarter."""
    if len(text) != len("2025Q2") or text[4] != "Q" or text[5] not in "1234":
        raise ValueError("2025Q2")
    year(text[:4])
    return text


def number(least: int, most: int) -> Read:
    """Read a whole number within bounds."""

    def parse(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) <= 12):  # noqa: PLR2004
            raise ValueError(f"{least}–{most}")
        if not least <= int(text) <= most:
            raise ValueError(f"{least}–{most}")
        return int(text)

    return parse


def public_id(text: str) -> str:
    """Read a public identifier, without asking whether it exists."""
    if not (text.isascii() and text.replace("_", "").isalnum() and len(text) <= 32):  # noqa: PLR2004
        raise ValueError("x_xxxxxxxxxxxxxxxxxxxxxxxx")
    return text


def region(text: str) -> str:
    """Read a division code."""
    if not (text.isascii() and text.isdecimal() and len(text) == 6):  # noqa: PLR2004
        raise ValueError("000000–999999")
    return text


def words(text: str) -> str:
    """Read what someone typed into the search box; how much of it is used, the grammar says."""
    if not text:
        raise ValueError(_("要查找的字词"))
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def cursor(text: str) -> str:
    """Read a paging cursor; the list it belongs to checks it."""
    if len(text) > 300:  # noqa: PLR2004
        raise ValueError("cursor")
    return text


def day(text: str) -> date:
    """Read a day."""
    try:
        found = date.fromisoformat(text) if len(text) == len("2025-06-30") else None
    except ValueError:
        found = None
    if found is None or not 1990 <= found.year <= 2100:  # noqa: PLR2004
        raise ValueError("YYYY-MM-DD, 1990–2100")
    return found


def truth(text: str) -> bool:
    """Read true or false."""
    return bool(member_of("true", "false")(text) == "true")


#: A number of a party as people write it, full-width or not; the description of the API says the same.
IDENTIFIER = "^[0-9A-Za-z０-９Ａ-Ｚａ-ｚ][0-9A-Za-z０-９Ａ-Ｚａ-ｚ ./_()（）-]{0,59}$"


def identifier(text: str) -> str:
    """Read a number of a party; width, case and blanks do not matter."""
    if not re.fullmatch(IDENTIFIER, text):
        raise ValueError("91990101MA0A00003Y")
    return text


_READERS: dict[Reads, Read] = {
    Reads.ID: public_id, Reads.DATE: day, Reads.YEAR: year, Reads.REGION: region,
    Reads.QUARTER: quarter, Reads.BOOLEAN: truth, Reads.NUMBER: number(0, 10_000), Reads.IDENTIFIER: identifier,
}  # fmt: skip
