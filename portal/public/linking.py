"""Addresses as templates ask for them: a long list asks for a hundred pages that differ in an id alone."""

import re

import flask
from flask import current_app

from portal.kit.i18n import language
from portal.public.viewing import view

#: Stands where the id will be.
_PLACE = "PLACE"
#: What needs no quoting in an address.
_PLAIN = re.compile(r"[A-Za-z0-9_-]+")


def url_for(endpoint: str, **values: object) -> str:
    """Return the address as `flask.url_for` does; of a page about one record, built once for all of them.

    Language and view of the present page are kept, as everywhere.
    """
    if len(values) == 1 and "public_id" in values:
        public_id = str(values["public_id"])
        if _PLAIN.fullmatch(public_id):
            before, after = _around(endpoint)
            return before + public_id + after
    if not values:
        return _whole(endpoint)
    return flask.url_for(endpoint, **values)  # type: ignore[arg-type]


def _whole(endpoint: str) -> str:
    """Return the address of a page that there is one of."""
    known: dict[tuple[str, str, str | None], str] = current_app.extensions["whole"]
    key = endpoint, language(), view()
    found = known.get(key)
    if found is None:
        found = known[key] = flask.url_for(endpoint)
    return found


def _around(endpoint: str) -> tuple[str, str]:
    """Return what stands before and after the id in addresses of `endpoint`."""
    known: dict[tuple[str, str, str | None], tuple[str, str]] = current_app.extensions["around"]
    key = endpoint, language(), view()
    found = known.get(key)
    if found is None:
        before, _, after = flask.url_for(endpoint, public_id=_PLACE).partition(_PLACE)
        found = known[key] = before, after
    return found
