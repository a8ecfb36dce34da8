"""Which feeds a page belongs to, which stand for all, and what a reader's wishes come to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.kit.i18n import language
from portal.public import filters
from portal.public.feeds.asking import OWN, narrowed_title
from portal.public.shelf import settings
from portal.register.columns.datasets import DATASETS
from portal.register.queries import agencies
from portal.register.records import Kind

#: Format as people call it, suffix, media type.
KINDS = (
    ("Atom", "atom", "application/atom+xml"),
    ("RSS", "rss", "application/rss+xml"),
    ("JSON Feed", "feed.json", "application/feed+json"),
)
#: Parameters of a page that are none of its feed.
_OF_PAGES = frozenset({"cursor", "page", "order", "lang", "view"})
_MOST_AGENCIES = 500


@dataclass(frozen=True, slots=True)
class Offer:
    """One feed: its title, and its path and query."""

    title: str
    path: str
    query: tuple[tuple[str, str], ...] = ()

    def addresses(self) -> list[tuple[str, str, str]]:
        """Return (format, media type, absolute address) in the language of this request."""
        pairs = [*self.query, *([("lang", "en")] if language() == "en" else [])]
        tail = f"?{urlencode(pairs)}" if pairs else ""
        return [
            (name, media, f"{settings().site_url}{self.path}.{suffix}{tail}")
            for name, suffix, media in KINDS
        ]


def of_page() -> Offer:
    """Return the feed that has what this page has; that of everything where there is none."""
    parts = request.path.strip("/").split("/")
    pairs = tuple(
        (name, value) for name, value in request.args.items() if value and name not in _OF_PAGES
    )
    if request.endpoint is not None and len(parts) == 1 and parts[0] in DATASETS:
        return Offer(DATASETS[parts[0]].title(language()), f"/{parts[0]}", pairs)
    if request.endpoint == "search.show" and pairs:
        return Offer(_("查询"), "/search", pairs)
    if request.endpoint is not None and len(parts) == 2 and parts[0] in OWN:  # noqa: PLR2004
        return Offer(DATASETS[parts[0]].title(language()), f"/{parts[0]}/{parts[1]}")
    if parts[0] in DATASETS:
        return Offer(DATASETS[parts[0]].title(language()), f"/{parts[0]}")
    return everything()


def everything() -> Offer:
    """Return the feed of everything."""
    return Offer(_("全部变动"), "/all")


def standing() -> list[Offer]:
    """Return the feeds that are there whatever is published."""
    return [
        everything(),
        Offer(_("发现问题的抽查结果"), "/results", (("problem", "true"),)),
        Offer(_("计划调整"), "/plans", (("adjusted", "true"),)),
        Offer(_("更正和撤下"), "/corrections"),
        *(Offer(each.title(language()), f"/{each.word}") for each in DATASETS.values()),
    ]


def of_bodies(session: Session) -> Iterator[Offer]:
    """Yield the feeds of agencies and regions."""
    for code in agencies.regions(session):
        yield Offer(filters.region(code), f"/regions/{code}")
    for public_id, name in agencies.choices(session, _MOST_AGENCIES):
        yield Offer(name, f"/agencies/{public_id}")


def wished(asked: dict[str, str], names: Mapping[str, str]) -> Offer:
    """Return the feed for words, a dataset, an agency and a region as the form gives them.

    `names` are what the form calls agencies and regions; what it does not know is called by its id.
    """
    words, word = asked.get("q"), asked.get("dataset")
    narrowed = tuple((name, asked[name]) for name in ("agency", "region") if name in asked)
    called = [names.get(each, each) for _, each in narrowed]
    if words:
        title = _("查询：%(words)s", words=words)
        if not word:
            return Offer(narrowed_title(title, called), "/search", (("q", words), *narrowed))
        #: A search knows kinds, not problems or steps: the title says what it really is.
        kind = _searched(word)
        title = narrowed_title(title, [Kind(kind).label(language()), *called])
        return Offer(title, "/search", (("q", words), ("kind", kind), *narrowed))
    if word == "problems":
        title = narrowed_title(_("发现问题的抽查结果"), called)
        return Offer(title, "/results", (("problem", "true"), *narrowed))
    if word:
        return Offer(narrowed_title(DATASETS[word].title(language()), called), f"/{word}", narrowed)
    if "agency" in asked:
        return Offer(called[0], f"/agencies/{asked['agency']}")
    if "region" in asked:
        return Offer(called[0], f"/regions/{asked['region']}")
    return everything()


def is_wider(asked: dict[str, str]) -> bool:
    """Whether the feed of these words holds more than the content chosen: any result, not some."""
    return "q" in asked and asked.get("dataset") in _WIDENED


#: What the form offers beside words; each can be narrowed by agency and region.
CHOICES = ("results", "plans", "draws", "items", "followups", "documents")


#: Contents that a search does not know apart.
_WIDENED = frozenset({"problems", "followups"})


def _searched(word: str) -> str:
    return "result" if word in _WIDENED else DATASETS[word].kind.value
