"""An event as an entry: its title, its one line, its content in the order of the columns."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from html import escape
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from portal.domain.codelists import CodeList
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


class _Told(NamedTuple):
    """A column that entries tell, with what it is called; its parts likewise."""

    column: Column
    label: str
    parts: tuple["_Told", ...]


class Line(NamedTuple):
    """One line of the content. Values are texts, each with an address to go to or none."""

    label: str
    values: tuple[tuple[str, str | None], ...]

    def said(self) -> str:
        """Return the line as text."""
        return f"{self.label}：{'、'.join(value for value, _address in self.values)}"

    def html(self, comma: str) -> str:
        """Return the line as a term of a list with its description."""
        values = [
            f'<a href="{escape(address)}">{escape(value)}</a>' if address else escape(value)
            for value, address in self.values
        ]
        return f"<dt>{escape(self.label)}</dt>\n<dd>{comma.join(values)}</dd>\n"


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
        said = "；".join(line.said() for line in lines)
        return Entry(
            id=entry_id, url=self._address(each, row), title=clean(title),
            summary=clean(shortened(said or note, _LONGEST)), html=clean(self._html(each, note, lines)),
            at=moment(each.at, each.serial), category=event.value,
            label=event.label(self._language),
        )  # fmt: skip

    def _html(self, each: Happened, note: str, lines: Sequence[Line]) -> str:
        """Return the content as HTML. Plain text put together: as a template it took a third of a feed's time."""
        page = self._address(each, self._rows.get(each.serial))
        parts = [f"<p>{escape(note)}</p>"] if note else []
        if lines:
            comma = str(_("、"))
            parts += ["<dl>\n", *(line.html(comma) for line in lines), "</dl>\n"]
        #: Not inside the f-strings: who gathers the words to translate does not find them there.
        identifier, older = _("标识："), _("历次版本")
        parts.append(f'<p>{identifier}<a href="{escape(page)}">{escape(each.public_id)}</a>')
        if each.live and each.event is Event.CORRECTED:
            versions = f"{self._site}/api/v1/{OF_KIND[each.kind].word}/{each.public_id}/versions"
            parts.append(f' · <a href="{escape(versions)}">{older}</a>')
        return "".join((*parts, "</p>"))

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
        for column, label, parts in _told(each.kind, self._language):
            value = getattr(row, column.key)
            if not value:
                continue
            held = value if isinstance(value, list | tuple) else (value,)
            if parts:
                for thing in held:
                    inner = [
                        self._part(part, getattr(thing, part.column.key), each.serial)
                        for part in parts
                    ]
                    yield Line(label, tuple((said, None) for said in inner if said))
            else:
                yield Line(label, tuple(self._value(column, item, each.serial) for item in held))

    def _part(self, part: _Told, value: Any, serial: int) -> str | None:  # noqa: ANN401
        held = value if isinstance(value, list | tuple) else (value,)
        shown = [self._value(part.column, item, serial)[0] for item in held if item is not None]
        said = "、".join(shown)
        return f"{part.label}：{said}" if said else None

    def _value(self, column: Column, value: Any, serial: int) -> tuple[str, str | None]:  # noqa: ANN401
        if column.codes is not None:
            return _word(column.codes, value, self._language), None
        if column.refers is not None:
            return self._names.at(value, serial) or value, f"{self._site}/{column.refers}/{value}"
        if column.holds is Type.BOOLEAN:
            return (_("是") if value else _("否")), None
        return scalar(value), None

    def _codes(self, values: Iterable[str], column: Column) -> list[str]:
        if column.codes is None:
            raise ValueError(column.key)
        return [_word(column.codes, value, self._language) for value in values]


@cache
def _told(kind: Kind, lang: str) -> tuple[_Told, ...]:
    return tuple(
        _Told(column, column.title(lang), tuple(_Told(part, part.title(lang), ()) for part in column.parts))
        for column in OF_KIND[kind].columns
        if column.key not in _ASIDE
    )  # fmt: skip


@cache
def _word(codes: type[CodeList], value: str, lang: str) -> str:
    return codes(value).label(lang)


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
        for kind, whole, key in _referring(each.kind) if row else ():
            for thing in (row,) if whole is None else getattr(row, whole) or ():
                held = getattr(thing, key)
                ids = held if isinstance(held, list | tuple) else (held,)
                found.setdefault(kind, set()).update(filter(None, ids))
    return found


@cache
def _referring(kind: Kind) -> tuple[tuple[Kind, str | None, str], ...]:
    """Return which columns name records that have names: whose, the column that holds the part or none, the key."""
    return tuple(
        (_NAMED[part.refers or ""], column.key if column.parts else None, part.key)
        for column in OF_KIND[kind].columns
        for part in column.parts or (column,)
        if part.refers in _NAMED
    )


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
