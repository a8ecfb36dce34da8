"""A hit as the search page shows it: what it is called, where it leads, what matched."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from portal.kit import clock
from portal.public import filters
from portal.public.linking import url_for
from portal.public.pages.facets import kind_label
from portal.public.pages.lines import outcomes_of, state_of
from portal.register import records as r
from portal.register.records import Kind
from portal.register.search.finding import FoundRecord
from portal.register.search.snippets import Piece, excerpt, marked
from portal.register.search.sources import TASK, Source

_ADDRESSES = {
    Kind.AGENCY.value: "agencies.show", Kind.ITEM.value: "items.show", Kind.ENTITY.value: "entities.show",
    Kind.PLAN.value: "plans.show", Kind.DRAW.value: "draws.show", Kind.RESULT.value: "results.show",
    Kind.DOCUMENT.value: "documents.show",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShownHit:
    """One hit. `title` and `snippet` are cut where they match; `outcomes` and `state` are a check's."""

    kind: str
    address: str
    title: tuple[Piece, ...]
    snippet: tuple[Piece, ...]
    source: Source
    outcomes: tuple[tuple[str, bool], ...] = ()
    state: str = "none"

    @property
    def record(self) -> Any:  # noqa: ANN401 - of the type that `kind` says; templates read its fields
        """The public record."""
        return self.source.record


def shown(found: FoundRecord, words: tuple[str, ...]) -> ShownHit:
    """Return how the page shows one hit of a query for `words` (folded)."""
    source, document = found.source, found.document
    title = title_of(source)
    rest = [
        text for text in (*document.texts, *document.titles, *document.names) if text not in title
    ]
    check = source.record if isinstance(source.record, r.PublicResult) else None
    return ShownHit(
        source.kind,
        address_of(source),
        marked(title, words),
        excerpt(rest, words),
        source,
        outcomes_of(check) if check else (),
        state_of(check, clock.local_today()) if check else "none",
    )


def title_of(source: Source) -> str:
    """Return what a record is called; a check is called after its party and its items."""
    record = source.record
    if isinstance(record, r.PublicResult):
        names = dict.fromkeys(finding.item_name for finding in record.findings)
        party = source.entity.name if source.entity else "—"
        return f"{party} · {'、'.join(names)}"
    if isinstance(record, r.PublicNotice):
        return str(_("不予公开告知（%(ground)s）", ground=filters.word(record.ground, "ground")))
    name: str = (
        record.title if isinstance(record, r.PublicDocument) else getattr(record, "name", "—")
    )
    return name


def address_of(source: Source) -> str:
    """Return the address of the page that shows a record."""
    if source.kind == TASK:
        return url_for("tasks.task_show", task_id=source.record.id)
    if source.kind == Kind.WITHHELD.value:
        return url_for("withheld.index")
    return url_for(_ADDRESSES[source.kind], public_id=source.record.id)


def offered(source: Source) -> dict[str, str]:
    """Return one suggestion: what it is, what it is called, what tells it apart, where it leads."""
    record, note = source.record, ""
    if isinstance(record, r.PublicEntity):
        note = record.identifiers[0].value if record.identifiers else ""
    elif isinstance(record, r.PublicItem):
        note = source.agency.name if source.agency else ""
    elif isinstance(record, r.PublicAgency):
        note = filters.region(record.region)
    return {
        "kind": source.kind,
        "label": kind_label(source.kind),
        "text": title_of(source),
        "note": note,
        "url": address_of(source),
    }
