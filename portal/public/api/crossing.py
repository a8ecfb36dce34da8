"""What every answer of the API carries: leave for other sites to read it, and what is left to ask."""

from flask import Flask, Response, current_app, g, request

from portal.public.limits import Allowance, Buckets
from portal.public.problems import Problem, is_program

_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, RateLimit, RateLimit-Policy, Retry-After, Content-Disposition, Data-As-Of",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


def set_up(app: Flask, per_minute: int) -> None:
    """Count requests for the API if `per_minute` is not 0."""
    app.config["BUCKETS"] = Buckets(per_minute) if per_minute else None
    app.before_request(_count)


def _count() -> None:
    buckets: Buckets | None = current_app.config["BUCKETS"]
    if buckets is None or not is_program() or request.method == "OPTIONS":
        return
    allowance = buckets.take(request.remote_addr or "")
    g.allowance = allowance
    if allowance.wait:
        raise Problem("too-many-requests")


def finish(response: Response) -> None:
    """Add the header fields to an answer of the API."""
    response.headers.update(_HEADERS)
    if request.method == "OPTIONS":
        response.headers.update(_PREFLIGHT)
    allowance: Allowance | None = g.get("allowance")
    if allowance is not None:
        response.headers.update(allowance.headers())
