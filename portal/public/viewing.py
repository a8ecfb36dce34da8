"""How a reader wants pages to look (适老化): the choice stands in the address and asks for no cookie."""

from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, g, has_request_context, request

from portal.kit.i18n import written as _

#: Large letters and high contrast; dark or light whatever the device prefers.
VIEWS = ("large", "dark", "light")
#: Blueprints whose answers are pages for people, besides those of `pages`.
_PAGES = {"reference", "feed_page"}
#: Answers among the pages that are none: programs and other sites read them.
_PLAIN = {
    "search.suggest", "papers.badge", "log.checkpoint", "log.entries", "log.proof",
    "log.consistency", "log.proof_at",
}  # fmt: skip


def set_up(app: Flask, pages: set[str]) -> None:
    """Keep the choice in links between pages; `pages` names their blueprints."""
    app.extensions["viewed"] = pages | _PAGES

    @app.url_defaults
    def keep_view(endpoint: str, values: dict[str, Any]) -> None:
        chosen = view()
        if chosen and is_viewed(endpoint):
            values.setdefault("view", chosen)


def is_viewed(endpoint: str | None) -> bool:
    """Whether what `endpoint` answers is a page that people look at."""
    if endpoint is None or endpoint in _PLAIN:
        return False
    return endpoint.partition(".")[0] in current_app.extensions["viewed"]


def view() -> str | None:
    """Return what this request asks for, or None: as the device prefers."""
    found: str | None = getattr(g, "view", "")
    if found == "":
        asked = request.args.get("view") if has_request_context() else None
        found = g.view = asked if asked in VIEWS else None
    return found


def choices() -> list[tuple[str, str, bool]]:
    """Return address, wording and whether it is the present one, of every way to see this page."""
    words = {None: _("跟随设备"), "large": _("大字、高对比"), "dark": _("深色"), "light": _("浅色")}
    here, present = here_with("view", None), view()
    more = f"{here}{'&' if '?' in here else '?'}view="
    return [(more + each if each else here, word, each == present) for each, word in words.items()]


def here_with(name: str, value: str | None) -> str:
    """Return this page's address with one parameter set, or left out, and its others kept."""
    pairs = [pair for pair in request.args.items(multi=True) if pair[0] != name]
    if value is not None:
        pairs.append((name, value))
    return request.path + (f"?{urlencode(pairs)}" if pairs else "")
