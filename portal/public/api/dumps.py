"""Gives the files of a dump: in parts, with their digests, and not a block after a withdrawal."""

import base64
import io
import zlib
from collections.abc import Iterator
from contextlib import ExitStack

import sqlalchemy as sa
from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wsgi import FileWrapper

from portal.kit.db import db
from portal.public import berths, params
from portal.public.shelf import File, Offered, offered, settings
from portal.public.streaming import Retired
from portal.register.columns.datasets import DATASETS
from portal.register.dumps import shelf
from portal.register.dumps.shelf import Dump

bp = Blueprint("dumps", __name__, url_prefix="/data")

_BLOCK = 1 << 18
#: What fits in the buffers on the way costs nobody a thread.
_SMALL = 1 << 18
#: What zlib wants to hear for a gzip header and the largest window.
_GZIP = 31
_KINDS = {
    ".csv-metadata.json": "application/csvm+json",
    ".json": "application/json",
    ".note": "text/plain; charset=utf-8",
    ".gz": "application/gzip",
    ".sqlite": "application/vnd.sqlite3",
}


@bp.get("/<name>.csv")
def table(name: str) -> ResponseReturnValue:
    """Give one dataset as plain CSV, which its CSVW metadata describe; packed where that is understood."""
    params.read()
    if name not in DATASETS:
        abort(404)
    found, file = _wanted(f"{name}.csv.gz")
    packed = request.accept_encodings["gzip"] > 0
    tag = file.sha256 if packed else f"{file.sha256}-plain"
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        opened = _opened(found.dump, file)
        response = Response(FileWrapper(opened, _BLOCK) if packed else _unpacked(opened))
        response.direct_passthrough = packed
        response.call_on_close(opened.close)
        if packed:
            response.headers["Content-Encoding"] = "gzip"
            response.content_length = file.size
    response.content_type = "text/csv; charset=utf-8; header=present"
    response.set_etag(tag)
    response.vary.add("Accept-Encoding")
    return _described(response, f"{name}.csv-metadata.json")


@bp.get("/<name>")
def fetch(name: str) -> ResponseReturnValue:
    """Give one file of the current dump, or a part of it."""
    params.read()
    found, file = _wanted(name)
    opened = _opened(found.dump, file)
    response = Response(FileWrapper(opened, _BLOCK), direct_passthrough=True)
    response.call_on_close(opened.close)
    response.content_type = next(kind for end, kind in _KINDS.items() if name.endswith(end))
    response.content_length = file.size
    response.set_etag(file.sha256)
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    try:
        response.make_conditional(request, accept_ranges=True, complete_length=file.size)
    except RequestedRangeNotSatisfiable:
        opened.close()
        raise
    digest = base64.b64encode(bytes.fromhex(file.sha256)).decode()
    response.headers["Repr-Digest"] = f"sha-256=:{digest}:"
    word = name.removesuffix(".csv.gz")
    return _described(response, f"{word}.csv-metadata.json" if word in DATASETS else None)


def _wanted(name: str) -> tuple[Offered, File]:
    found = offered()
    if found is None:
        abort(404)
    try:
        return found, found.files()[name]
    except (KeyError, FileNotFoundError):
        abort(404)


def _described(response: Response, metadata: str | None) -> Response:
    links = [f'<{settings().license_url}>; rel="license"']
    if metadata:
        address = settings().site_url + url_for("dumps.fetch", name=metadata, lang=None)
        links.append(f'<{address}>; rel="describedby"; type="application/csvm+json"')
    response.headers["Link"] = ", ".join(links)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _opened(dump: Dump, file: File) -> "_Watched":
    try:
        return _Watched(dump, file, db.engine)
    except FileNotFoundError:
        abort(404)


class _Watched(io.FileIO):
    """A file that asks the register before each block whether it may still be given."""

    def __init__(self, dump: Dump, file: File, engine: sa.Engine) -> None:
        self._held = ExitStack()
        super().__init__(file.path)
        self._dump = dump
        self._engine = engine
        self._size = file.size
        if file.size > _SMALL:
            try:
                self._held.enter_context(berths.pier().files.one())
            except berths.Full:
                self.close()
                raise

    def read(self, size: int | None = -1) -> bytes:
        """Read one block; the place is left with the last one, for whoever has got it may ask for the next file at once.

        Raises:
            Retired: something the dump holds has been withdrawn meanwhile.

        """
        block = super().read(size)
        if self.tell() >= self._size:
            self._held.close()
        with Session(self._engine) as session:
            if not shelf.is_valid(session, self._dump):
                raise Retired(self._dump.folder.name)
        return block or b""

    def close(self) -> None:
        """Close the file, and leave the place."""
        super().close()
        self._held.close()


def _unpacked(opened: "_Watched") -> Iterator[bytes]:
    unpack = zlib.decompressobj(wbits=_GZIP)
    while block := opened.read(_BLOCK):
        yield unpack.decompress(block)
    yield unpack.flush()
