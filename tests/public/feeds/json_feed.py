"""JSON Feed 1.1 as its text defines it, as a JSON Schema; nothing that it does not name but extensions."""

from typing import Any

from jsonschema import Draft202012Validator

_URL = {"type": "string", "pattern": r"^https?://[!-~]+$"}
_TEXT = {"type": "string", "minLength": 1}
#: RFC 3339.
_MOMENT = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$",
}
_AUTHORS = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "properties": {"name": _TEXT, "url": _URL, "avatar": _URL},
        "additionalProperties": False,
        "minProperties": 1,
    },
}
#: Custom objects: an underscore, then a letter.
_EXTENSIONS = {"^_[a-zA-Z]": {"type": "object"}}
_ATTACHMENT = {
    "type": "object",
    "required": ["url", "mime_type"],
    "properties": {
        "url": _URL, "mime_type": _TEXT, "title": _TEXT,
        "size_in_bytes": {"type": "number"}, "duration_in_seconds": {"type": "number"},
    },
    "additionalProperties": False,
}  # fmt: skip
_ITEM = {
    "type": "object",
    "required": ["id"],
    "anyOf": [{"required": ["content_html"]}, {"required": ["content_text"]}],
    "properties": {
        "id": _TEXT, "url": _URL, "external_url": _URL, "title": _TEXT, "content_html": _TEXT,
        "content_text": _TEXT, "summary": _TEXT, "image": _URL, "banner_image": _URL,
        "date_published": _MOMENT, "date_modified": _MOMENT, "authors": _AUTHORS,
        "tags": {"type": "array", "items": _TEXT}, "language": _TEXT,
        "attachments": {"type": "array", "items": _ATTACHMENT},
    },
    "patternProperties": _EXTENSIONS,
    "additionalProperties": False,
}  # fmt: skip
_HUB = {
    "type": "object",
    "required": ["type", "url"],
    "properties": {"type": _TEXT, "url": _URL},
    "additionalProperties": False,
}
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["version", "title", "items"],
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": _TEXT, "home_page_url": _URL, "feed_url": _URL, "description": _TEXT,
        "user_comment": _TEXT, "next_url": _URL, "icon": _URL, "favicon": _URL,
        "authors": _AUTHORS, "expired": {"type": "boolean"},
        "language": {"type": "string", "pattern": r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"},
        "hubs": {"type": "array", "items": _HUB},
        "items": {"type": "array", "items": _ITEM},
    },
    "patternProperties": _EXTENSIONS,
    "additionalProperties": False,
}  # fmt: skip
_VALIDATOR = Draft202012Validator(SCHEMA)


def problems(feed: dict[str, Any]) -> list[str]:
    """Return what is wrong with a feed: what the schema says, ids given twice, a next page that is this one."""
    found = [f"{each.json_path}: {each.message}" for each in _VALIDATOR.iter_errors(feed)]
    ids = [each.get("id") for each in feed.get("items", [])]
    if len(ids) != len(set(ids)):
        found.append("ids")
    if "next_url" in feed and feed["next_url"] == feed.get("feed_url"):
        found.append("next_url")
    return found
