"""An event as an entry: its title, its one line, its content in the order of the columns."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from portal.kit import clock
from portal.kit.i18n import language
from portal.kit.i18n import written as _
from portal.public.feeds.texts import clean, shortened
from portal.register.columns.datasets import OF_KIND
from portal.register.columns.model import Column, Type
from portal.register.columns.rows import reader, scalar
from portal.register.eventing import Event
from portal.register.queries.events import Happened, Names
from portal.register.records import Kind

#: Columns that say nothing to a reader of the entry.
_ASIDE = frozenset({"id", "url", "version", "serial", "published_on", "problem", "finding_count"})
#: Records whose names stand beside their ids.
_NAMED = {"agencies": Kind.AGENCY, "entities": Kind.ENTITY, "items": Kind.ITEM}
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the content. Values are texts, each with an address to go to or none."""

    label: str
    values: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry, ready to be written in any format; no character in it is illegal in XML."""

    id: str
    url: str
    title: str
    summary: str
    html: str
    at: datetime
    category: str
    label: str


class Teller:
    """Tells events as entries. Names are read once for all of them."""

    def __init__(self, session: Session, events: Sequence[Happened], site_url: str) -> None:
        """Read what the events' records refer to."""
        self._site, self._language = site_url, language()
        #: A macro: what every page is given besides would cost four times the rest of a feed.
        self._content = current_app.jinja_env.get_template("feeds/entry.html").module.content  # type: ignore[attr-defined]
        self._rows = {each.serial: _row(each, site_url) for each in events if each.stored}
        self._names = Names(session, _referred(events, self._rows))

    def tell(self, each: Happened, entry_id: str) -> Entry:
        """Return one event as an entry."""
        row = self._rows.get(each.serial)
        what = OF_KIND[each.kind].title(self._language)
        if row is None:
            lines: list[Line] = []
            event: Event = each.event if each.event is Event.WITHDRAWN else Event.GONE
            title = f"{event.label(self._language)}：{what} {each.public_id}"
        else:
            event = each.event
            lines = list(self._lines(each, row))
            name = shortened(self._called(each, row), _LONGEST)
            title = f"{event.label(self._language)}：{what} · {name}"
        note = _note(event, live=each.live)
        said = "；".join(f"{line.label}：{'、'.join(v for v, _ in line.values)}" for line in lines)
        return Entry(
            id=entry_id, url=self._address(each, row), title=clean(title),
            summary=clean(shortened(said or note, _LONGEST)), html=clean(self._html(each, note, lines)),
            at=moment(each.at, each.serial), category=event.value,
            label=event.label(self._language),
        )  # fmt: skip

    def _html(self, each: Happened, note: str, lines: Sequence[Line]) -> str:
        page = self._address(each, self._rows.get(each.serial))
        versions = None
        if each.live and each.event is Event.CORRECTED:
            versions = f"{self._site}/api/v1/{OF_KIND[each.kind].word}/{each.public_id}/versions"
        return str(self._content(note, lines, page, versions, each.public_id))

    def _address(self, each: Happened, row: Any) -> str:  # noqa: ANN401 - a row of its dataset
        page = OF_KIND[each.kind].page
        if page is not None:
            return self._site + page.replace("{id}", each.public_id)
        if each.kind is Kind.WITHHELD:
            return f"{self._site}/withheld/#{each.public_id}"
        if each.kind is Kind.REPLY:
            about = f"results/{row.result_id}" if row and row.result_id else "replies/"
        else:
            about = f"draws/{row.draw_id}" if row else "draws/"
        return f"{self._site}/{about}#{each.public_id}"

    def _called(self, each: Happened, row: Any) -> str:  # noqa: ANN401 - a row of its dataset
        party = getattr(row, "entity_id", None)
        parts = [self._names.at(party, each.serial) or party] if party else []
        if each.kind is Kind.RESULT:
            parts.append("、".join(dict.fromkeys(finding.item_name for finding in row.findings)))
            parts.append("、".join(self._codes(row.outcomes, _column(each.kind, "outcomes"))))
        elif each.kind is Kind.FOLLOWUP:
            parts += [*self._codes([row.step], _column(each.kind, "step")), str(row.taken_on)]
        elif each.kind is Kind.WITHHELD:
            parts += [*self._codes([row.ground], _column(each.kind, "ground")), row.decided_by]
        elif each.kind is Kind.REPLY:
            parts += self._codes([row.kind] if row.kind else [], _column(each.kind, "kind"))
            parts += self._codes([row.state], _column(each.kind, "state"))
        else:
            parts.append(getattr(row, "title", None) or getattr(row, "name", None) or "")
        return " · ".join(part for part in parts if part)

    def _lines(self, each: Happened, row: Any) -> Iterator[Line]:  # noqa: ANN401 - a row of its dataset
        for column in OF_KIND[each.kind].columns:
            value = getattr(row, column.key)
            if column.key in _ASIDE or value in (None, [], (), False, ""):
                continue
            held = value if isinstance(value, list | tuple) else [value]
            if column.parts:
                for thing in held:
                    inner = [
                        self._pair(part, getattr(thing, part.key), each.serial)
                        for part in column.parts
                    ]
                    yield Line(
                        column.title(self._language),
                        tuple((f"{k}：{v}", None) for k, v in inner if v),
                    )
            else:
                pairs = tuple(self._value(column, item, each.serial) for item in held)
                yield Line(column.title(self._language), pairs)

    def _pair(self, part: Column, value: Any, serial: int) -> tuple[str, str]:  # noqa: ANN401
        held = value if isinstance(value, list | tuple) else [value]
        shown = [self._value(part, item, serial)[0] for item in held if item is not None]
        return part.title(self._language), "、".join(shown)

    def _value(self, column: Column, value: Any, serial: int) -> tuple[str, str | None]:  # noqa: ANN401
        if column.codes is not None:
            return self._codes([value], column)[0], None
        if column.refers is not None:
            return self._names.at(value, serial) or value, f"{self._site}/{column.refers}/{value}"
        if column.holds is Type.BOOLEAN:
            return (_("是") if value else _("否")), None
        return scalar(value), None

    def _codes(self, values: Iterable[str], column: Column) -> list[str]:
        if column.codes is None:
            raise ValueError(column.key)
        return [column.codes(value).label(self._language) for value in values]


def moment(at: datetime, serial: int) -> datetime:
    """Return when a change became public. What was released together differs by millionths of a second.

    They follow the numbers of the changes: readers that sort by time keep the order.
    """
    return at.astimezone(clock.CHINA).replace(microsecond=serial % 1_000_000)


def _row(each: Happened, site_url: str) -> Any:  # noqa: ANN401 - a row of its dataset
    if each.stored is None:
        raise ValueError("no version to read")
    return reader(OF_KIND[each.kind].word, site_url).row(each.stored)


def _referred(events: Iterable[Happened], rows: dict[int, Any]) -> dict[Kind, set[str]]:
    found: dict[Kind, set[str]] = {}
    for each in events:
        row = rows.get(each.serial)
        for column in OF_KIND[each.kind].columns if row else ():
            things = getattr(row, column.key) or () if column.parts else (row,)
            for part in column.parts or (column,):
                kind = _NAMED.get(part.refers or "")
                if kind is not None:
                    for thing in things:
                        held = getattr(thing, part.key)
                        ids = held if isinstance(held, list | tuple) else [held]
                        found.setdefault(kind, set()).update(one for one in ids if one)
    return found


def _column(kind: Kind, key: str) -> Column:
    return next(column for column in OF_KIND[kind].columns if column.key == key)


def _note(event: Event, *, live: bool) -> str:
    if event is Event.WITHDRAWN:
        return str(_("这条记录曾经公开，现已撤下，不再提供内容。撤下不说明原因。"))
    if event is Event.GONE:
        return str(
            _("这一版内容已不再公开，请看现在的版本。")
            if live
            else _("这条记录已撤下，内容不再公开。")
        )
    if event is Event.CORRECTED:
        return str(_("这条记录已更新，以下是更新后的内容。"))
    return ""
