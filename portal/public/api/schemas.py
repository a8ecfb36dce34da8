"""JSON Schemas made from the columns, and the OpenAPI description."""

import json
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.public.api import asking, envelope, openapi, validators
from portal.public.api.shapes import row_schema

bp = Blueprint("schemas", __name__, url_prefix="/api/v1")

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


@bp.get("/openapi.json")
def description() -> ResponseReturnValue:
    """Give the OpenAPI 3.1 description of the whole API."""
    asking.nothing()
    return _static(openapi.description(asking.settings()), "openapi")


@bp.get("/schemas/<word>")
def schema(word: str) -> ResponseReturnValue:
    """Give the JSON Schema of one row of a dataset."""
    asking.nothing()
    dataset = asking.dataset_of(word)
    found = {"$schema": _DIALECT, "$id": envelope.address(f"schemas/{word}").partition("?")[0]}
    return _static(found | row_schema(dataset), "schema")


def _static(facts: dict[str, Any], variant: str) -> ResponseReturnValue:
    """Answer with what changes with a release, and the days that may be asked for."""
    etag = validators.tag(validators.State(0, "release"), variant, daily=True)
    if (held := validators.unchanged(etag)) is not None:
        return held
    body = json.dumps(facts, ensure_ascii=False, indent=1).encode()
    return envelope.answer(body, etag)
