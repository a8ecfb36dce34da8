"""Access log of our servers: one JSON object a line, and nothing about the reader beyond a shortened address."""

import ipaddress
import json
from datetime import timedelta
from typing import Any

from gunicorn.glogging import Logger
from gunicorn.http.message import Request
from gunicorn.http.wsgi import Response

_UNKNOWN = 404
#: Addresses below it name a letter by its reference.
_LETTERS = "/replies/"
#: What gunicorn says of a request that it cannot read, with whole address and all that was sent in its place; and of one
#: that the app could not answer, with the address asked for.
_UNREADABLE, _FAILED = "Invalid request from ip=", "Error handling request"


class AccessLog(Logger):  # type: ignore[misc]
    """What gunicorn calls after each answer.

    What was searched for stands in the query string, and what does not exist may be anything a
    person typed: neither is written down. Referer and browser are nobody's business either.
    """

    def access(
        self, resp: Response, req: Request, environ: dict[str, Any], request_time: timedelta
    ) -> None:
        """Write one line."""
        del req
        if not self.access_log_enabled:
            return
        status = int(str(resp.status).split(maxsplit=1)[0])
        line = {
            "at": self.now(),
            "from": network(environ.get("REMOTE_ADDR", "")),
            "method": environ["REQUEST_METHOD"],
            "path": _told(environ["PATH_INFO"]) if status != _UNKNOWN else None,
            "status": status,
            "bytes": resp.sent,
            "microseconds": round(request_time.total_seconds() * 1_000_000),
        }
        self.access_log.info(json.dumps(line, ensure_ascii=False))

    def warning(self, msg: str, *args: object, **named: object) -> None:
        """Say nothing of a request that cannot be read: only what was sent, and by whom, could be said."""
        if not msg.startswith(_UNREADABLE):
            super().warning(msg, *args, **named)

    def exception(self, msg: str, *args: object, **named: object) -> None:
        """Say what went wrong, and not what was asked for."""
        said = (_FAILED,) if msg.startswith(_FAILED) else (msg, *args)
        super().exception(*said, **named)


def _told(path: str) -> str:
    """Leave out which letter was asked after: with a network beside it that would tell whose it is."""
    before, letters, _ = path.partition(_LETTERS)
    return before + letters


def network(address: str) -> str | None:
    """Return the network an address belongs to, too wide to be one person's: /24, or /48.

    >>> network("192.0.2.77"), network("2001:db8:1:2::3"), network("unix")
    ('192.0.2.0', '2001:db8:1::', None)
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return None
    width = 24 if found.version == 4 else 48  # noqa: PLR2004
    return str(ipaddress.ip_network(f"{address}/{width}", strict=False).network_address)
