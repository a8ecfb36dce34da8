"""A list's own address with a format as suffix leads to the API's answer to the same query."""

from flask import Blueprint, abort, redirect, request
from flask.typing import ResponseReturnValue

from portal.public.api import envelope
from portal.public.api.asking import LIST_FORMATS
from portal.register.columns.datasets import DATASETS

bp = Blueprint("suffixes", __name__)


@bp.get("/<word>.<suffix>")
def lead(word: str, suffix: str) -> ResponseReturnValue:
    """Lead to the rows."""
    if word not in DATASETS or suffix not in LIST_FORMATS:
        abort(404)
    query = request.query_string.decode("utf-8", "replace")
    return redirect(
        envelope.address(f"{word}.{suffix}").partition("?")[0] + (f"?{query}" if query else "")
    )
