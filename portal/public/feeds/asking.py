"""What a feed is asked for: which list it walks, what it is narrowed to, which part of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.exceptions import Gone, NotFound

from portal.kit.i18n import language
from portal.public import filters, params
from portal.register import eventing
from portal.register.columns.datasets import DATASETS
from portal.register.columns.rows import reader
from portal.register.queries import changes, one
from portal.register.records import Kind
from portal.register.selecting.listings import LISTINGS

#: Parameters that are lists of their own, the shortest lists first, for the kinds whose records name it.
_LEADS: tuple[tuple[str, str, frozenset[Kind]], ...] = (
    ("entity", eventing.ENTITY, frozenset({Kind.RESULT, Kind.DRAW_ENTRY})),
    ("task", eventing.TASK, frozenset({Kind.RESULT, Kind.DRAW})),
    ("item", eventing.ITEM, frozenset({Kind.RESULT})),
    ("agency", eventing.AGENCY, frozenset({
        Kind.ITEM, Kind.PLAN, Kind.DRAW, Kind.RESULT, Kind.FOLLOWUP, Kind.DOCUMENT})),
    ("region", eventing.REGION, frozenset({
        Kind.AGENCY, Kind.ENTITY, Kind.ITEM, Kind.PLAN, Kind.DRAW, Kind.RESULT, Kind.FOLLOWUP,
        Kind.DOCUMENT})),
    ("problems", eventing.PROBLEMS, frozenset({Kind.RESULT})),
    ("adjusted", eventing.ADJUSTED, frozenset({Kind.PLAN})),
)  # fmt: skip
#: Conditions whose answer depends on what day it is.
_DAILY = ("status", "overdue")
#: One record's feed: the list that its page's section names.
OWN = {
    "agencies": eventing.AGENCY, "entities": eventing.ENTITY, "items": eventing.ITEM,
    "tasks": eventing.TASK,
}  # fmt: skip
#: Parameters that name a record, and its dataset.
_NAMED = {"agency": "agencies", "entity": "entities", "item": "items", "task": "tasks"}
_MOST_ARCHIVES = 10**7
MODES = ("events", "records")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A feed. `path` is its address without suffix; `tested` is what the list itself does not say."""

    path: str
    page: str
    title: str
    scope: str = eventing.EVERYTHING
    kind: Kind | None = None
    word: str | None = None
    tested: dict[str, Any] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    records: bool = False
    archive: int | None = None

    @property
    def plain(self) -> bool:
        """Whether the feed is a whole list, nothing left out."""
        return not (self.tested or self.records)

    @property
    def silent(self) -> bool:
        """Whether a withdrawal is no entry here, because it would tell what the record was."""
        telling = eventing.is_telling(self.scope, self.kind) or self.path == "/search"
        return telling or not self.plain

    @property
    def daily(self) -> bool:
        """Whether the answer depends on what day it is."""
        return any(name in self.tested for name in _DAILY)

    def query(self, **more: str) -> str:
        """Return the query part of the feed's address, the parts that identify it first."""
        pairs = self._pairs() | more | ({"lang": "en"} if language() == "en" else {})
        return f"?{urlencode(pairs)}" if pairs else ""

    def named(self) -> str:
        """Return what the feed's id says of it: the same in each language, part and format."""
        pairs = self._pairs()
        return self.path + (f"/{urlencode(pairs)}" if pairs else "")

    def _pairs(self) -> dict[str, str]:
        return self.given | ({"entries": "records"} if self.records else {})


def _more() -> dict[str, Any]:
    return {"entries": params.member_of(*MODES), "archive": params.number(0, _MOST_ARCHIVES)}


def _part(found: dict[str, Any]) -> dict[str, Any]:
    return {"records": found.get("entries") == "records", "archive": found.get("archive")}


def everything() -> Question:
    """Read a request for the feed of everything."""
    return Question(path="/all", page="/", title=_("全部变动"), **_part(params.read(**_more())))


def corrections() -> Question:
    """Read a request for the feed of corrections and withdrawals."""
    return Question(
        path="/corrections", page="/feeds/", title=_("更正和撤下"), scope=eventing.CORRECTIONS,
        **_part(params.read(**_more())),
    )  # fmt: skip


def listed(word: str, session: Session, site_url: str) -> Question:
    """Read a request for the feed of a list, with the list's own parameters.

    Raises:
        NotFound: there is no such list.
        BadParameter: it cannot be understood.

    """
    if word not in DATASETS:
        raise NotFound
    dataset = DATASETS[word]
    asked = params.selection(word, **_more())
    scope, tested = _scope(dataset.kind, asked.conditions)
    return Question(
        path=f"/{word}", page=f"/{word}/" if word in _PAGED else f"/data/{word}/",
        title=_titled(word, asked, session, site_url), scope=scope, kind=dataset.kind,
        word=word, tested=tested, given=asked.given, **_part(asked.more),
    )  # fmt: skip


#: Datasets that have a page of their own for a list.
_PAGED = frozenset(DATASETS) - {"draw-entries", "findings"}


def _scope(kind: Kind, conditions: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the list to walk for these conditions, and those that it does not answer."""
    for name, prefix, kinds in _LEADS:
        value = conditions.get(name)
        if kind in kinds and value and (value is True or prefix.endswith(":")):
            rest = {each: held for each, held in conditions.items() if each != name}
            return (prefix if value is True else f"{prefix}{value}"), rest
    return kind.value, dict(conditions)


def _titled(word: str, asked: params.Asked, session: Session, site_url: str) -> str:
    """Return the title of a list: its dataset and what it is narrowed to, as people call it."""
    known = LISTINGS[word].known()
    parts = []
    for name, text in asked.given.items():
        codes = known[name].codes
        code = codes(asked.conditions[name]).label(language()) if codes else None
        parts.append(code or called(name, text, session, site_url))
    return narrowed_title(DATASETS[word].title(language()), parts)


def called(name: str, text: str, session: Session, site_url: str) -> str:
    """Return what a parameter says: the name of the region or of the public record, else as it is given."""
    if name == "region":
        return filters.region(text)
    if text == "true" and name in {"problems", "adjusted"}:
        return str(_("发现问题") if name == "problems" else _("计划调整"))
    row = one.row(session, reader(_NAMED[name], site_url), text) if name in _NAMED else None
    return f"{name}={text}" if row is None else str(row.name)


def narrowed_title(title: str, parts: Sequence[str]) -> str:
    """Return a title with what it is narrowed to behind it."""
    if not parts:
        return title
    return (
        f"{title} ({', '.join(parts)})" if language() == "en" else f"{title}（{'，'.join(parts)}）"
    )


def own(section: str, public_id: str, session: Session, site_url: str) -> Question:
    """Read a request for the feed of one agency, party, item or task.

    Raises:
        Gone, NotFound: it is not public any more, or never was.

    """
    if section not in OWN:
        raise NotFound
    found = _part(params.read(**_more()))
    row = one.row(session, reader(section, site_url), public_id)
    if row is None:
        was = section != "tasks" and changes.was_withdrawn(
            session, DATASETS[section].kind, public_id
        )
        raise Gone if was else NotFound
    title = f"{DATASETS[section].title(language())}：{row.name}"
    return Question(
        path=f"/{section}/{public_id}", page=f"/{section}/{public_id}", title=title,
        scope=OWN[section] + public_id, **found,
    )  # fmt: skip


def region(code: str) -> Question:
    """Read a request for the feed of one region.

    Raises:
        NotFound: that is no code of a division.

    """
    found = _part(params.read(**_more()))
    try:
        params.region(code)
    except ValueError:
        raise NotFound from None
    return Question(
        path=f"/regions/{code}", page=f"/results/?region={code}", title=filters.region(code),
        scope=eventing.REGION + code, **found,
    )  # fmt: skip
