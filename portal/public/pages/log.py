"""The log: its head, its entries, proofs for readers and for programs (公开日志)."""

import json

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup  # noqa: TID251 - kit.markdown has sanitised what is wrapped here

from portal.kit import markdown
from portal.kit.db import db
from portal.public import filters, params
from portal.public.pages import docs
from portal.public.pages.found import or_missing
from portal.public.params import BadParameter
from portal.register.proofs import restorations
from portal.register.queries import log
from portal.register.queries.log import Head
from portal.register.records import Kind

bp = Blueprint("log", __name__)

#: Entries of one answer.
_MOST = 1000


@bp.get("/log/")
def index() -> ResponseReturnValue:
    """Say what is proven and what is not; show the head and the key."""
    params.read()
    body = Markup(markdown.to_html(docs.text("log")[1]))  # noqa: S704
    page = render_template("log/index.html", head=log.head(db.session()), body=body)
    return _answer(page, "text/html")


@bp.get("/log/check")
def check() -> ResponseReturnValue:
    """Let the reader's own browser verify one record."""
    params.read()
    return _answer(
        render_template("log/check.html", kind_choices=filters.options("kind")), "text/html"
    )


@bp.get("/docs/keys")
def keys() -> ResponseReturnValue:
    """Lead to the public key."""
    params.read()
    return redirect(url_for("log.index", _anchor="key"), 302)


@bp.get("/log/checkpoint")
def checkpoint() -> ResponseReturnValue:
    """Give the newest signed head, or the one over `size` entries."""
    size = params.read(size=params.number(1, 10**9)).get("size")
    session = db.session()
    note = _head().note if size is None else log.signed_at(session, size)
    if note is None:
        abort(404)
    return _answer(note, "text/plain")


@bp.get("/log/entries")
def entries() -> ResponseReturnValue:
    """Give entries as they were hashed, one in a line."""
    size = _head().size
    asked = params.read(start=params.number(0, size), limit=params.number(1, _MOST))
    found = log.lines(db.session(), asked.get("start", 0), asked.get("limit", _MOST), size)
    return _answer(b"".join(line + b"\n" for line in found), "application/x-ndjson")


@bp.get("/log/proof")
def proof() -> ResponseReturnValue:
    """Prove that the present version of one record is in the log; asked for none, lead to the form."""
    asked = params.read(kind=params.code_of(Kind), id=params.public_id)
    if not asked:
        return redirect(url_for("log.check"), 302)
    for name, accepted in (
        ("kind", ", ".join(kind.value for kind in Kind)),
        ("id", "x_xxxxxxxxxxxxxxxxxxxxxxxx"),
    ):
        if name not in asked:
            raise BadParameter(name, "", accepted)
    kind, public_id = Kind(asked["kind"]), asked["id"]
    found = or_missing(log.index_of(db.session(), kind, public_id), kind, public_id)
    return _proof(found)


@bp.get("/log/proof/<number>")
def proof_at(number: str) -> ResponseReturnValue:
    """Prove that one entry is in the log; its text comes along while it is public."""
    params.read()
    try:
        return _proof(params.number(0, 10**9)(number))
    except ValueError as error:
        raise BadParameter("index", number, str(error)) from None


@bp.get("/log/consistency")
def consistency() -> ResponseReturnValue:
    """Prove that the log of `to` entries goes on from the log of `from`."""
    session, size = db.session(), _head().size
    within = params.number(1, size)
    asked = params.read(**{"from": within, "to": within})
    if "from" not in asked:
        raise BadParameter("from", "", f"1–{size}")
    first, second = asked["from"], asked.get("to", size)
    if second < first:
        raise BadParameter("to", str(second), f"{first}–{size}")
    found = log.consistency(session, first, second)
    told = {
        "from": first,
        "to": second,
        "from_root": found.first_root.hex(),
        "to_root": found.second_root.hex(),
        "path": [each.hex() for each in found.path],
        "checkpoint": log.signed_at(session, second),
    }
    return _json({name: value for name, value in told.items() if value is not None})


@bp.get("/log/restorations")
def restored() -> ResponseReturnValue:
    """Give every statement of a restoration as it was hashed: heads sign how many there are, and their digest."""
    params.read()
    found = [each.statement for each in restorations.all_of(db.session())]
    return _json({"restorations": found})


def _proof(number: int) -> Response:
    head, session = _head(), db.session()
    if number >= head.size:
        abort(404)
    line, content = log.entry(session, number)
    told: dict[str, object] = {
        "index": number,
        "size": head.size,
        "entry": line.decode(),
        "path": [each.hex() for each in log.inclusion(session, number, head.size)],
        "checkpoint": head.note,
        "vkeys": head.vkeys,
    }
    if content is not None:
        told |= {
            "kind": content.kind.value,
            "id": content.public_id,
            "salt": content.salt.hex(),
            "record": content.text,
        }
    return _json(told)


def _head() -> Head:
    head = log.head(db.session())
    if head is None:
        abort(404)
    return head


def _json(told: dict[str, object]) -> Response:
    return _answer(json.dumps(told, ensure_ascii=False, indent=1), "application/json")


def _answer(body: str | bytes, kind: str) -> Response:
    """Answer with the content's own digest as validator: a head may come without a new serial."""
    response = Response(body, mimetype=kind)
    response.add_etag()
    response.make_conditional(request)
    return response
