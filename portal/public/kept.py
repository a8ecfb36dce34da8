"""Answers kept while the register stands still: what was just made is not made again.

A WSGI layer before Flask. An answer whose validator is made of the register's last change, the day
and the release alone (`made_of`) is the same for everyone who asks the same address and media type,
until the register changes or the day does: then all of them go at once, before anything is answered.
So nothing withdrawn is served from here, and a repeated question costs one look at the changelog.
Answers that depend on more (the search index, files of dumps, letters, who asks) never say
`made_of` and are not kept; nor are answers to words and numbers that somebody typed, which nobody
has to know after they were answered.

Parts of pages live longer: a line of a list is made of a version of a record and of names, which it is known
by, and stays whatever else is published that day. When a text is taken out of the register all of them are forgotten.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import sqlalchemy as sa
from flask import request
from markupsafe import Markup  # noqa: TID251 - a type

from portal.kit import clock
from portal.kit.gunicorn import ENDPOINT
from portal.register.queries import changes, following
from portal.register.queries.changes import Marks, State

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Bytes of all kept answers of one process, of one of them, and what one costs besides its body.
_MOST, _LARGEST, _EACH = 16 << 20, 256 << 10, 2 << 10
#: Parameters that hold what a person typed.
_TYPED = {"q", "number", "identifier"}
_STATE, _AS_OF, _MADE, _PARTS = "portal.state", "portal.as_of", "portal.made", "portal.parts"
_AGENCY = "portal.agency"
#: Characters of all kept parts of one process, and what one counts for besides its text.
_MOST_OF_PARTS, _EACH_PART = 4 << 20, 256
#: Header fields that a 304 repeats (RFC 9110, 15.4.5), and those that scripts of other sites need.
_REPEATED = {"etag", "cache-control", "vary", "access-control-allow-origin"}
_SHARED = {"access-control-expose-headers", "cross-origin-resource-policy"}

Headers = list[tuple[str, str]]
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Moment:
    """What every kept answer is made of."""

    state: State
    day: date
    #: Up to when a follower that is behind holds everything; None where nothing is missing.
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class _Answer:
    etag: str
    headers: Headers
    body: bytes
    by_bytes: bool
    #: The kind of page, where somebody counts.
    endpoint: object

    def size(self) -> int:
        return len(self.body) + _EACH

    def repeated(self) -> Headers:
        """Return the header fields of a 304: what a page said of itself, the reader holds already."""
        names = _REPEATED
        if ("Cross-Origin-Resource-Policy", "cross-origin") in self.headers:
            names = _REPEATED | _SHARED
        return [each for each in self.headers if each[0].lower() in names]


def standing() -> State | None:
    """Return where the register stood when this request came in, None if nobody asked."""
    found: State | None = request.environ.get(_STATE)
    return found


def as_of() -> datetime | None:
    """Return up to when the register held everything when this request came in, None where nothing is missing."""
    found: datetime | None = request.environ.get(_AS_OF)
    return found


class Parts:
    """Parts of pages by everything they are made of; when there are too many, all go."""

    def __init__(self) -> None:
        """Begin with none."""
        self._texts: dict[Hashable, Markup] = {}
        self._size = 0

    def of(self, key: Hashable, make: Callable[[], Markup]) -> Markup:
        """Return the part that is made of `key` and nothing else: kept, or made now."""
        found = self._texts.get(key)
        if found is None:
            found = make()
            if self._size > _MOST_OF_PARTS:
                self._texts, self._size = {}, 0
            self._texts[key] = found
            self._size += len(found) + _EACH_PART
        return found

    def texts(self) -> list[Markup]:
        """Return what is kept."""
        return list(self._texts.values())


def parts() -> Parts:
    """Return the parts that are kept for this request."""
    found: Parts | None = request.environ.get(_PARTS)
    return found or Parts()


def newest_agency() -> int | None:
    """Return the last change of an agency that is public when this request came in; None where parts are not kept."""
    found: int | None = request.environ.get(_AGENCY)
    return found


def made_of(state: State, *, by_bytes: bool = False) -> None:
    """Say that the answer to this request is made of `state`, the day and the release alone.

    `by_bytes` where the view knows more validators to be true than the one it sends: a reader who
    holds another one is asked of the view.
    """
    request.environ[_MADE] = state, by_bytes


class KeptAnswers:
    """The layer: answers from memory what it may, and leaves the rest to `app`."""

    def __init__(self, app: "WSGIApplication", engine: sa.Engine, never: tuple[str, ...]) -> None:
        """Stand before `app`; `engine` is the register's, `never` are beginnings of paths to leave alone."""
        self._app, self._engine, self._never = app, engine, never
        self._lock = threading.Lock()
        self._moment: _Moment | None = None
        self._answers: OrderedDict[Key, _Answer] = OrderedDict()
        self._size = 0
        self._marks: Marks | None = None
        self._parts = Parts()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request.

        The site lies at the root of its name, whatever a request says: a prefix would stand in links that are
        kept for others.
        """
        environ["SCRIPT_NAME"] = ""
        asked = environ["REQUEST_METHOD"] in ("GET", "HEAD")
        moment = None
        if asked and not environ["PATH_INFO"].startswith(self._never):
            moment = self._look()
        if moment is None:
            return self._app(environ, start_response)
        environ[_STATE], environ[_AS_OF], environ[_PARTS] = moment.state, moment.as_of, self._parts
        environ[_AGENCY] = self._marks.agency if self._marks else None
        if moment.as_of is not None:
            return self._app(environ, start_response)
        key = environ["PATH_INFO"], environ.get("QUERY_STRING", ""), environ.get("HTTP_ACCEPT", "")
        with self._lock:
            found = self._answers.get(key)
            if found is not None:
                self._answers.move_to_end(key)
        again = _again(found, environ) if found is not None else None
        if found is None or again is None:
            return self._make(key, moment, environ, start_response)
        environ[ENDPOINT] = found.endpoint
        status, headers, body = again
        start_response(status, headers)
        return [body]

    def _look(self) -> _Moment | None:
        """Return what holds now, and forget what was made of anything else.

        None where the register cannot be read: the pages say so themselves.
        """
        moment = marks = None
        with suppress(sa.exc.SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error):
            state, as_of = following.look(self._engine)
            moment = _Moment(state, clock.local_today(), as_of)
            marks = self._marks if moment == self._moment else changes.marks(self._engine)
        with self._lock:
            if moment != self._moment:
                if moment is None or self._moment is None or moment.day != self._moment.day:
                    #: Made while a row was changed by hand for a while, they would show that for ever.
                    self._parts = Parts()
                self._moment = moment
                self._answers.clear()
                self._size = 0
            if marks is None or self._marks is None or marks[:2] != self._marks[:2]:
                #: Who still makes a page of what was there before goes on with the parts of before.
                self._parts = Parts()
            self._marks = marks
        return moment

    def _make(
        self, key: Key, moment: _Moment, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Have `app` answer, and keep what it says."""
        told: list[Any] = []

        def begin(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], object]:  # noqa: ANN401
            told[:] = status, headers
            return start_response(status, headers, exc_info)

        body = self._app(environ, begin)
        state, by_bytes = environ.get(_MADE, (None, False))
        if state != moment.state or not _may_be_kept(environ, *told):
            return body
        try:
            whole = b"".join(body)
        finally:
            if hasattr(body, "close"):
                body.close()
        headers = list(told[1])
        answer = _Answer(dict(headers)["ETag"], headers, whole, by_bytes, environ.get(ENDPOINT))
        self._keep(key, moment, answer)
        return [whole]

    def _keep(self, key: Key, moment: _Moment, answer: _Answer) -> None:
        with self._lock:
            if moment != self._moment:
                return
            before = self._answers.pop(key, None)
            self._size += answer.size() - (before.size() if before else 0)
            self._answers[key] = answer
            while self._size > _MOST:
                self._size -= self._answers.popitem(last=False)[1].size()


def _may_be_kept(environ: "WSGIEnvironment", status: str, headers: Headers) -> bool:
    told = dict(headers)
    length = told.get("Content-Length", "")
    return (
        environ["REQUEST_METHOD"] == "GET"
        and _TYPED.isdisjoint(parse_qs(environ.get("QUERY_STRING", "")))
        and status.startswith(str(HTTPStatus.OK.value))
        and "ETag" in told
        and length.isdecimal()
        and int(length) <= _LARGEST
    )


def _again(answer: _Answer, environ: "WSGIEnvironment") -> tuple[str, Headers, bytes] | None:
    """Return status, header fields and body of a kept answer; None where the view has to be asked."""
    held = environ.get("HTTP_IF_NONE_MATCH", "")
    if answer.etag in held:
        return "304 NOT MODIFIED", answer.repeated(), b""
    if held and (answer.by_bytes or held.strip() == "*"):
        return None
    body = b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body
    return "200 OK", list(answer.headers), body
