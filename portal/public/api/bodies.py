"""Envelopes, errors and header fields as the OpenAPI description names them."""

from typing import Any

from portal.public.problems import PROBLEMS
from portal.register.columns.model import Dataset
from portal.register.search.model import Tier

Json = dict[str, Any]


def component(dataset: Dataset) -> str:
    """Return the name of a dataset's row among the components: DrawEntries."""
    return "".join(part.title() for part in dataset.word.split("-"))


_STATE: Json = {
    "serial": {
        "type": "integer",
        "minimum": 0,
        "description": "公开日志的最新序号 Last number of the publication log",
    },
    "epoch": {"type": "string", "description": "登记册的这一世代 This life of the register"},
    "license": {
        "type": "string",
        "format": "uri",
        "description": "数据使用许可 Licence of the data",
    },
}


def _envelope(inner: Json, more: Json | None = None) -> Json:
    return {
        "type": "object", "required": ["data", *_STATE], "additionalProperties": False,
        "properties": {"data": inner, **(more or {}), **_STATE},
    }  # fmt: skip


def enveloped(dataset: Dataset, *, many: bool) -> Json:
    """Return the envelope of one row, or of a list of them."""
    row: Json = {"$ref": f"#/components/schemas/{component(dataset)}"}
    if not many:
        return _envelope(row)
    return _envelope(
        {"type": "array", "items": row},
        {
            "next": {"type": ["string", "null"], "format": "uri",
                     "description": "下一页的地址，没有则为 null Address of the next page, null at the end"},
            "total": {"type": ["integer", "null"], "minimum": 0, "description":
                      "总数；超过计数上限时为 null Total; null beyond what is counted"},
            "total_at_least": {"type": "integer", "description":
                               "总数超过计数上限时，至少有这么多 At least so many, where there are too many to count"},
        },
    )  # fmt: skip


_TITLED = {"title_zh": {"type": "string"}, "title_en": {"type": "string"}}
_URL = {"type": "string", "format": "uri"}


def _plain(**properties: Json) -> Json:
    return {"type": "object", "properties": properties}


SCHEMAS: Json = {
    "Problem": {
        "type": "object", "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": _URL, "title": {"type": "string"}, "status": {"type": "integer"},
            "detail": {"type": "string"},
            "parameter": {"type": "string", "description": "有误的参数 The parameter at fault"},
            "given": {"type": "string", "description": "所给的值 What was given"},
            "accepted": {"type": "string", "description": "可以使用的值 What is accepted"},
            "kind": {"type": "string"}, "id": {"type": "string"},
        },
    },
    "Index": _envelope(_plain(
        datasets={"type": "array", "items": _plain(
            dataset={"type": "string"}, url=_URL, schema=_URL, count={"type": "integer"}, **_TITLED)},
        others={"type": "object", "additionalProperties": _URL},
    )),
    "CodeLists": _envelope({"type": "array", "items": _plain(
        list={"type": "string"}, edition={"type": "string"}, url=_URL, **_TITLED)}),
    "CodeList": _envelope(_plain(
        list={"type": "string"}, edition={"type": "string"}, **_TITLED,
        codes={"type": "array", "items": _plain(
            code={"type": "string"}, zh={"type": "string"}, en={"type": "string"})},
        older_wordings={"type": "array", "items": _plain(
            wording={"type": "string"}, code={"type": "string"}, sure={"type": "boolean"},
            source={"type": "string"})},
    )),
    "Search": _envelope(
        {"type": "array", "items": {
            "type": "object", "required": ["kind", "id", "title", "tier", "url"],
            "properties": {
                "kind": {"type": "string"}, "id": {"type": "string"}, "title": {"type": "string"},
                "tier": {"type": ["string", "null"],
                         "enum": [*(tier.name.lower() for tier in Tier), None]},
                "url": _URL,
            },
        }},
        {
            "next": {"type": ["string", "null"], "format": "uri"},
            "total": {"type": ["integer", "null"], "minimum": 0},
            "facets": {"type": "object", "additionalProperties": {
                "type": "object", "additionalProperties": {"type": "integer"}}},
            "hints": {"type": "array", "items": {"type": "string"}},
            "meant": {"type": "array", "items": {"type": "string"}},
            "indexed": {"type": "boolean"},
        },
    ),
    "Inclusion": _envelope({
        "type": "object", "required": ["state", "proof"],
        "properties": {
            "state": {"type": "string", "enum": ["listed", "drawn", "undrawn", "excluded"]},
            "proof": {
                "type": "object", "required": ["scheme", "commit", "object", "place", "path"],
                "properties": {
                    "scheme": {"type": "string", "const": "dsr-draw/1"},
                    "commit": {"type": "object"},
                    "object": {"type": "object"},
                    "place": {"type": "integer", "minimum": 0},
                    "path": {"type": "array", "items": {"type": "string", "pattern": "^[0-9a-f]{64}$"}},
                },
            },
        },
    }),
    "Lookup": _envelope({"type": "array", "items": {
        "type": "object", "required": ["identifier", "state", "reason", "entities"],
        "properties": {
            "identifier": {"type": "string"},
            "state": {"type": "string", "enum": ["found", "not_found", "invalid"]},
            "reason": {"type": ["string", "null"], "enum": ["malformed", "check_digit", None]},
            "entities": {"type": "array", "items": {"$ref": "#/components/schemas/Entities"}},
        },
    }}),
}  # fmt: skip

HEADERS: Json = {
    "ETag": {
        "description": "由序号、语言和格式构成的强校验值 Strong validator",
        "schema": {"type": "string"},
    },
    "Link": {
        "description": "RFC 8288: next, describedby, license, alternate",
        "schema": {"type": "string"},
    },
    "Retry-After": {"description": "多少秒后再试 Seconds to wait", "schema": {"type": "integer"}},
}

#: The response of each status that is no success.
ERRORS = {
    "304": "NotModified", "400": "BadRequest", "404": "NotFound", "406": "NotAcceptable",
    "410": "Withdrawn", "429": "TooManyRequests", "500": "Unexpected", "503": "Unavailable",
}  # fmt: skip


#: Too Many Requests, Service Unavailable: come back in a while.
_LATER = (429, 503)


def _problem(status: int) -> Json:
    kinds = [kind for kind in PROBLEMS.values() if kind.status == status]
    found: Json = {
        "description": "; ".join(kind.code for kind in kinds),
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }
    if status in _LATER:
        found["headers"] = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
    return found


RESPONSES: Json = {
    name: {"description": "未变化 Not modified"} if status == "304" else _problem(int(status))
    for status, name in ERRORS.items()
}
