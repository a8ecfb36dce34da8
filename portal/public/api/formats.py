"""Which format an answer takes: the suffix of the address, else what Accept prefers."""

from dataclasses import dataclass

from flask import request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from portal.public.problems import Problem


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its suffix, its media type, and the whole Content-Type."""

    suffix: str
    media: str
    content_type: str


FORMATS: dict[str, Format] = {
    each.suffix: each
    for each in (
        Format("json", "application/json", "application/json"),
        Format("ndjson", "application/x-ndjson", "application/x-ndjson; charset=utf-8"),
        Format("csv", "text/csv", "text/csv; charset=utf-8; header=present"),
        Format("xlsx", *["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"] * 2),
    )
}


def split(name: str, *, known: tuple[str, ...]) -> tuple[str, str | None]:
    """Split ``results.csv`` into the name and its suffix, None where there is none of `known`.

    Raises:
        Problem: the suffix is no format that this address has.

    """
    stem, dot, suffix = name.rpartition(".")
    if not dot or suffix.isdecimal():  # findings are numbered: r_….1
        return name, None
    if suffix not in known:
        raise Problem("unknown-format", given=suffix[:20], accepted=", ".join(known))
    return stem, suffix


def chosen(suffix: str | None, known: tuple[str, ...]) -> Format:
    """Return the format of this request.

    Raises:
        Problem: Accept names media types that this address does not have.

    """
    if suffix is not None:
        return FORMATS[suffix]
    header = request.headers.get("Accept", "*/*")
    if header == "*/*" or not (accept := parse_accept_header(header, MIMEAccept)):
        return FORMATS[known[0]]
    medias = [FORMATS[each].media for each in known]
    best = accept.best_match(medias)
    if best is None:
        raise Problem("not-acceptable", accepted=", ".join(medias))
    return FORMATS[known[medias.index(best)]]
