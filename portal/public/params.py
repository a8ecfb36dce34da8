"""Query strings become checked values; what is not understood is an error, never silence."""

from collections.abc import Callable
from typing import Any

from flask import request
from flask_babel import gettext as _

from portal.domain.codelists import CodeList
from portal.kit.i18n import LANGUAGES

Read = Callable[[str], Any]


class BadParameter(ValueError):
    """A parameter is unknown or unreadable. `accepted` says what would be right."""

    def __init__(self, name: str, given: str, accepted: str) -> None:
        """Keep what to tell the reader."""
        super().__init__(name)
        self.name = name
        self.given = given
        self.accepted = accepted


def read(**known: Read) -> dict[str, Any]:
    """Return the parameters of this request, read as `known` says; blank ones are left out.

    Raises:
        BadParameter: one is unknown, given twice, or cannot be read.

    """
    known = {"lang": member_of(*LANGUAGES), **known}
    found: dict[str, Any] = {}
    for name, given in request.args.items(multi=True):
        if name not in known:
            raise BadParameter(name, given, ", ".join(known))
        if name in found:
            raise BadParameter(name, given, _("每个参数只能出现一次"))
        if not given:
            continue
        try:
            found[name] = known[name](given)
        except ValueError as error:
            raise BadParameter(name, given, str(error)) from None
    found.pop("lang", None)
    return found


def member_of(*values: str) -> Read:
    """Read one of a few words."""

    def parse(text: str) -> str:
        if text not in values:
            raise ValueError(", ".join(values))
        return text

    return parse


def code_of(codes: type[CodeList]) -> Read:
    """Read a code of a list."""
    return member_of(*(each.value for each in codes))


def year(text: str) -> int:
    """Read a year."""
    if not (text.isascii() and text.isdecimal() and 1990 <= int(text[:5]) <= 2100):  # noqa: PLR2004
        raise ValueError("1990–2100")
    return int(text)


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
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def cursor(text: str) -> str:
    """Read a paging cursor; the list it belongs to checks it."""
    if len(text) > 300:  # noqa: PLR2004
        raise ValueError("cursor")
    return text
