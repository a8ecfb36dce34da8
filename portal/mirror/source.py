"""The source over HTTP: patient with errors that pass, resuming where a line was cut."""

import email.utils
import hashlib
import http.client
import random
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from portal.kit import clock
from portal.mirror.errors import Gone, Unreachable, Untrusted

_BLOCK = 1 << 18
_SECONDS = 60
#: Bytes of one answer that is kept in memory; a thousand changes with long documents are a tenth of it.
_MOST = 1 << 28
#: Waits between attempts, in seconds: doubling from the first, never more than the last.
_FIRST, _LONGEST = 0.5, 60.0
_BUSY = 429
_MISSING = (404, 410)
_PARTIAL, _RANGE = 206, 416

T = TypeVar("T")
#: What goes into the digest of all records that a head signs; none beside heads of earlier releases.
Salt = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class Item(msgspec.Struct, kw_only=True):
    """One item of the change feed, or one line of a dump's records."""

    state: str
    kind: str
    id: str
    modified: int
    version: int | None = None
    published_on: str | None = None
    #: Empty for a tombstone.
    data: msgspec.Raw = msgspec.Raw(b"")


class Page(msgspec.Struct):
    """One page of the change feed."""

    items: list[Item]
    epoch: str | None = None


class Checkpoint(msgspec.Struct):
    """What a complete copy looks like."""

    serial: int
    records: str
    epoch: str | None = None
    salt: Salt | None = None
    checkpoint: str | None = None
    vkeys: list[str] = []
    #: The heads by which each key handed over to the next.
    handovers: list[str] = []


class Listed(msgspec.Struct):
    """One file in a dump's manifest."""

    path: str
    bytes: int
    hash: str


class Manifest(msgspec.Struct):
    """What matters of a dump's manifest."""

    serial: int
    epoch: str
    resources: list[Listed]
    checkpoint: str
    salt: Salt | None = None


@dataclass(slots=True)
class Source:
    """The site at `url`. `attempts` of one request before giving up; `say` is told of waits."""

    url: str
    attempts: int = 8
    say: Callable[[str], None] = lambda _: None
    sleep: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        """Refuse what is no web address."""
        if not _is_address(self.url):
            raise Unreachable(f"{self.url} 不是 http(s) 地址 (not an http address)")
        self.url = self.url.rstrip("/")

    def changes(self, number: int, limit: int = 1000) -> Page:
        """Return what changed after `number`."""
        query = urlencode({"afterChangeNumber": number, "limit": limit})
        return self._read(f"/api/v1/changes?{query}", Page)

    def checkpoint(self) -> Checkpoint:
        """Return what a complete copy looks like now."""
        return self._read("/api/v1/changes/checkpoint", Checkpoint)

    def text(self, path: str) -> bytes:
        """Return a small file.

        Raises:
            Gone: there is none.

        """
        return self._patiently(lambda: self._whole(path))

    def download(self, path: str, to: Path, size: int, sha256: str) -> None:
        """Fetch a file; what is there of it already is kept.

        Raises:
            Gone: there is none (any more).
            Untrusted: it is not the file that the manifest names; what was fetched is removed.

        """
        self._patiently(lambda: self._part(path, to, size, sha256))
        with to.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != sha256:
            to.unlink()
            raise Untrusted(f"{path} 与清单所列的摘要不符 (digest differs from the manifest)")

    def _read(self, path: str, shape: type[T]) -> T:
        def ask() -> T:
            try:
                return msgspec.json.decode(self._whole(path), type=shape)
            except msgspec.MsgspecError as error:
                raise http.client.HTTPException(f"{path}: {error}") from None

        return self._patiently(ask)

    def _open(self, path: str, headers: dict[str, str]) -> http.client.HTTPResponse:
        request = urllib.request.Request(  # noqa: S310 - http(s), checked above
            self.url + path, headers={"User-Agent": "portal-mirror/1"} | headers
        )
        opened: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=_SECONDS)  # noqa: S310
        return opened

    def _whole(self, path: str) -> bytes:
        with self._open(path, {"Accept": "application/json, */*"}) as answer:
            content = answer.read(_MOST + 1)
        if len(content) > _MOST:
            raise Untrusted(f"{path} 的答复超过 {_MOST:,} 字节 (answer without end)")
        if answer.length:
            #: Asked for a number of bytes, a line that was cut reads like the end of the answer.
            raise http.client.IncompleteRead(content, answer.length)
        return content

    def _part(self, path: str, to: Path, size: int, sha256: str) -> None:
        there = to.stat().st_size if to.exists() else 0
        if there == size:
            return
        #: The validator is the digest: a file that was replaced meanwhile comes whole.
        headers = {"Range": f"bytes={there}-", "If-Range": f'"{sha256}"'} if there else {}
        try:
            answer = self._open(path, headers)
        except urllib.error.HTTPError as error:
            if error.code == _RANGE:
                to.unlink()
            raise
        with answer, to.open("ab" if answer.status == _PARTIAL else "wb") as file:
            while block := answer.read(_BLOCK):
                file.write(block)
                if file.tell() > size:
                    break
        if to.stat().st_size < size:
            raise http.client.IncompleteRead(b"", size - to.stat().st_size)

    def _patiently(self, ask: Callable[[], T]) -> T:
        """Ask again after errors that pass: a cut line, 429, 5xx.

        Raises:
            Gone: the source says that there is no such thing.
            Unreachable: the error does not pass.

        """
        wait = _FIRST
        for attempt in range(1, self.attempts + 1):
            asked_for = None
            try:
                return ask()
            except urllib.error.HTTPError as error:
                with error:
                    told, asked_for = f"HTTP {error.code}", _retry_after(error)
                if error.code in _MISSING:
                    raise Gone(f"{error.url}: {told}") from None
                if error.code not in (_BUSY, _RANGE) and error.code < 500:  # noqa: PLR2004
                    raise Unreachable(f"{error.url}: {told}") from None
            except (OSError, http.client.HTTPException, ValueError) as error:
                #: The last one where it leads to an address that is none.
                told = f"{type(error).__name__}: {error}"
            if attempt < self.attempts:
                pause = asked_for if asked_for is not None else wait * (0.5 + random.random() / 2)  # noqa: S311
                self.say(f"{told}；{pause:.1f} 秒后重试 (again in {pause:.1f} s)")
                self.sleep(min(pause, _LONGEST))
                wait = min(2 * wait, _LONGEST)
        raise Unreachable(f"{told}；再次运行即可接着取 (run again to go on)")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and (parts.path + parts.query).isascii()


def _retry_after(error: urllib.error.HTTPError) -> float | None:
    """Return the seconds that the source asks us to wait."""
    value = error.headers.get("Retry-After")
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        until = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    #: Naive where its zone is "-0000": UTC all the same (RFC 5322, 3.3).
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - clock.utc_now()).total_seconds())
