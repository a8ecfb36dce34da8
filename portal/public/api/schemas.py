"""JSON Schemas made from the columns, and the OpenAPI description."""

import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue

from portal.public.api import asking, envelope, openapi, validators
from portal.public.api.shapes import row_schema
from portal.register.queries.changes import State

bp = Blueprint("schemas", __name__, url_prefix="/api/v1")

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: Texts kept: one for each schema and language; yesterday's are forgotten together.
_KEPT = 64


@bp.get("/openapi.json")
def description() -> ResponseReturnValue:
    """Give the OpenAPI 3.1 description of the whole API."""
    asking.nothing()
    return _static(lambda: openapi.description(asking.settings()), "openapi")


@bp.get("/schemas/<word>")
def schema(word: str) -> ResponseReturnValue:
    """Give the JSON Schema of one row of a dataset."""
    asking.nothing()
    dataset = asking.dataset_of(word)
    found = {"$schema": _DIALECT, "$id": envelope.address(f"schemas/{word}").partition("?")[0]}
    return _static(lambda: found | row_schema(dataset), "schema")


def _static(make: Callable[[], dict[str, Any]], variant: str) -> ResponseReturnValue:
    """Answer with what changes with a release and the days that may be asked for: made once for each."""
    etag = validators.tag(State(0, "release"), variant, daily=True)
    if (held := validators.unchanged(etag)) is not None:
        return held
    made: dict[str, bytes] = current_app.extensions.setdefault("api_schemas", {})
    if etag not in made:
        if len(made) > _KEPT:
            made.clear()
        made[etag] = json.dumps(make(), ensure_ascii=False, indent=1).encode()
    return envelope.answer(made[etag], etag)
