"""ResourceSync (ANSI/NISO Z39.99): which files of the dump there are, and when they last changed."""

import mimetypes
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from portal.public import params
from portal.public.shelf import Offered, offered, settings

bp = Blueprint("resourcesync", __name__)

_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_RS = "http://www.openarchives.org/rs/terms/"
ET.register_namespace("", _SITEMAP)
ET.register_namespace("rs", _RS)

_DESCRIPTION = "/.well-known/resourcesync"
_CAPABILITIES = "/data/capabilitylist.xml"
_RESOURCES = "/data/resourcelist.xml"
_CHANGES = "/data/changelist.xml"
#: An element of its own; what else is told of a file are attributes.
_LASTMOD = "lastmod"


@bp.get(_DESCRIPTION)
def description() -> ResponseReturnValue:
    """Lead to the list of capabilities."""
    return _listed("description", [(_CAPABILITIES, {"capability": "capabilitylist"})], up=None)


@bp.get(_CAPABILITIES)
def capabilities() -> ResponseReturnValue:
    """Lead to the lists."""
    both = [
        (_RESOURCES, {"capability": "resourcelist"}),
        (_CHANGES, {"capability": "changelist"}),
    ]
    return _listed("capabilitylist", both, up=_DESCRIPTION)


@bp.get(_RESOURCES)
def resources() -> ResponseReturnValue:
    """List the files of the current dump with size and digest; none while there is no dump."""
    found = offered()
    when = {"at": found.manifest["created"]} if found else {}
    return _listed("resourcelist", _files(found), up=_CAPABILITIES, **when)


@bp.get(_CHANGES)
def changed() -> ResponseReturnValue:
    """List the last change of each file: it came with the current dump."""
    found = offered()
    when = {"from": found.manifest["created"]} if found else {}
    files = [
        (path, facts | {"change": "updated", "datetime": facts[_LASTMOD]})
        for path, facts in _files(found)
    ]
    return _listed("changelist", files, up=_CAPABILITIES, **when)


def _files(found: Offered | None) -> list[tuple[str, dict[str, str]]]:
    if found is None:
        return []
    return [
        (
            f"/data/{name}",
            {
                "hash": f"sha-256:{file.sha256}",
                "length": str(file.size),
                _LASTMOD: found.manifest["created"],
                "type": mimetypes.guess_type(name)[0] or "application/octet-stream",
            },
        )
        for name, file in sorted(found.files().items())
    ]


def _listed(
    capability: str,
    entries: Iterable[tuple[str, dict[str, str]]],
    *,
    up: str | None,
    **when: str,
) -> Response:
    params.read()
    site = settings().site_url
    root = ET.Element(f"{{{_SITEMAP}}}urlset")
    if up:
        ET.SubElement(root, f"{{{_RS}}}ln", {"rel": "up", "href": site + up})
    ET.SubElement(root, f"{{{_RS}}}md", {"capability": capability, **when})
    for path, facts in entries:
        url = ET.SubElement(root, f"{{{_SITEMAP}}}url")
        ET.SubElement(url, f"{{{_SITEMAP}}}loc").text = site + path
        if _LASTMOD in facts:
            ET.SubElement(url, f"{{{_SITEMAP}}}lastmod").text = facts[_LASTMOD]
        told = {name: fact for name, fact in facts.items() if name != _LASTMOD}
        ET.SubElement(url, f"{{{_RS}}}md", told)
    response = Response(
        ET.tostring(root, encoding="utf-8", xml_declaration=True), mimetype="application/xml"
    )
    response.add_etag()
    response.make_conditional(request)
    return response
