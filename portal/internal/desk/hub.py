"""Tells a WebSub hub which feeds have new entries: afterwards, and never in the way of a release.

What has been told is noted in the office's store. A hub that is dead is asked again the next time,
for everything since.
"""

import urllib.request
from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from portal.domain.errors import PortalError
from portal.internal.desk.stores import Stores
from portal.internal.tables import settings as kept
from portal.kit.config import Settings
from portal.kit.db import write_lock
from portal.register import eventing
from portal.register.columns.datasets import DATASETS
from portal.register.queries import changes, events

#: Seconds that one request to the hub may take.
_PATIENCE = 5
#: Feeds named in one request, and events looked at: after a flood the feeds of its end are told.
_AT_ONCE, _LOOKED_AT = 60, 3000
_SUFFIXES = ("atom", "rss", "feed.json")
_SECTIONS = {
    eventing.AGENCY: "agencies", eventing.ENTITY: "entities", eventing.ITEM: "items",
    eventing.TASK: "tasks", eventing.REGION: "regions",
}  # fmt: skip
_LISTS = {
    eventing.EVERYTHING: "/all{}", eventing.CORRECTIONS: "/corrections{}",
    eventing.PROBLEMS: "/results{}?problem=true", eventing.ADJUSTED: "/plans{}?adjusted=true",
    **{each.kind.value: f"/{each.word}{{}}" for each in DATASETS.values() if each.inside is None},
}  # fmt: skip


class HubSilent(PortalError):
    """The hub did not take what it was told."""

    code = "hub_silent"


def tell(stores: Stores, settings: Settings) -> int:
    """Tell the hub of the feeds that have changed since it was told last; return how many they are.

    Raises:
        HubSilent: it cannot be reached or refuses; nothing is noted, so it is told again.

    """
    if not settings.websub_hub:
        return 0
    with Session(stores.internal) as session:
        told = int(kept.text(session, kept.HUB_TOLD) or 0)
    with Session(stores.register) as session:
        serial = changes.serial(session)
        if serial == told:
            return 0
        #: A register that begins anew counts from the start again.
        since = told if told < serial else 0
        feeds = list(_addresses(events.scopes_since(session, since, _LOOKED_AT), settings.site_url))
    for first in range(0, len(feeds), _AT_ONCE):
        _post(settings.websub_hub, feeds[first : first + _AT_ONCE])
    with write_lock(stores.internal) as session:
        kept.keep(session, kept.HUB_TOLD, str(serial))
    return len(feeds)


def _addresses(scopes: Sequence[str], site_url: str) -> Iterator[str]:
    for scope in scopes:
        prefix, colon, rest = scope.partition(":")
        for suffix in _SUFFIXES:
            if colon:
                yield f"{site_url}/{_SECTIONS[prefix + colon]}/{rest}.{suffix}"
            else:
                yield site_url + _LISTS[scope].format(f".{suffix}")


def _post(hub: str, feeds: Sequence[str]) -> None:
    pairs = [("hub.mode", "publish"), *(("hub.url", each) for each in feeds)]
    request = urllib.request.Request(hub, urlencode(pairs).encode())  # noqa: S310 - the settings allow http(s) only
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE):  # noqa: S310 - likewise
            pass
    except (OSError, ValueError) as error:
        raise HubSilent(f"未能告知 WebSub 中心：{type(error).__name__}；下次再试") from error
