"""Rows of tables of checks: most of what a page with fifty of them is made of, so each is made once and kept."""

from collections.abc import Sequence
from functools import partial
from typing import Literal, NamedTuple

from flask import current_app
from markupsafe import Markup  # noqa: TID251 - rows joined

from portal.domain.results import Outcome
from portal.kit.i18n import language, told_apart
from portal.kit.i18n import written as _
from portal.public import filters, kept, pieces
from portal.public.linking import url_for
from portal.public.pages.lines import ResultLine
from portal.public.pieces import fill
from portal.public.viewing import view

By = Literal["entity", "date"]

_BY_ENTITY = (
    '<tr>\n<th scope="row"><a href="%s">%s</a><span class="cell__sub">%s</span></th>\n%s'
    '<td data-label="%s" class="cell--date">%s</td>\n<td data-label="%s">%s</td>\n'
    '<td data-label="%s">%s %s%s</td>\n</tr>\n'
)
_BY_DATE = (
    '<tr>\n<th scope="row"><a href="%s">%s</a></th>\n%s<td data-label="%s">%s</td>\n'
    '<td data-label="%s">%s</td>\n<td data-label="%s">%s %s%s</td>\n</tr>\n'
)
_AGENCY = '<td data-label="%s">%s</td>\n'
_DUE = '<span class="cell__sub cell__sub--free">%s</span>'


class _Words(NamedTuple):
    """What rows of one language have in common."""

    agency: Markup
    day: Markup
    item: Markup
    outcome: Markup
    state: Markup
    #: What a check found, by code; where its follow-up stands, by state.
    outcomes: dict[str, Markup]
    states: dict[str, Markup]


def result_rows(
    lines: Sequence[ResultLine],
    by: By = "entity",
    with_agency: bool = True,  # noqa: FBT001, FBT002 - as templates call it
) -> Markup:
    """Return the rows of a table of checks, as `result_table` of the templates explains `by` and `with_agency`."""
    words, made = _words(), kept.parts()
    way = language(), view(), by, with_agency
    rows = [
        made.of(
            (way, line.today, line.shown.serial, line.names),
            partial(_row, words, line, by, with_agency=with_agency),
        )
        for line in lines
    ]
    return Markup("".join(rows))  # noqa: S704 - each is markup; Markup.join would look at each again


def _row(words: _Words, line: ResultLine, by: By, *, with_agency: bool) -> Markup:
    result, agency, due = line.record, Markup(), Markup()
    address = url_for("results.show", public_id=result.id)
    day, items = pieces.when(result.inspected_on, result.month_only), pieces.items_of(result)
    if with_agency:
        agency = fill(_AGENCY, words.agency, pieces.agency_link(line.agency))
    outcomes = Markup().join([words.outcomes[code] for code, _is_problem in line.outcomes])
    if line.state in ("open", "overdue") and result.due_on:
        last = pieces.until(result.due_on, result.month_only)
        due = fill(_DUE, _("期限%(day)s", day=last))
    told = (
        words.outcome,
        outcomes,
        words.state,
        words.states[line.state],
        pieces.disputed_tag(result),
        due,
    )
    if by == "date":
        return fill(_BY_DATE, address, day, agency, words.item, items, *told)
    name = pieces.zh(line.entity.name) if line.entity else "—"
    return fill(_BY_ENTITY, address, name, items, agency, words.day, day, *told)


def _words() -> _Words:
    known: dict[str, _Words] = current_app.extensions.setdefault("rows", {})
    found = known.get(language())
    if found is None:
        found = known[language()] = _Words(
            agency=told_apart("one", "检查主体"),
            day=_("检查日期"),
            item=told_apart("one", "抽查事项"),
            outcome=_("检查结果"),
            state=_("后续处理"),
            outcomes={
                code.value: pieces.outcome_tag(filters.word(code.value, "outcome"), code.is_problem)
                for code in Outcome
            },
            states={each: pieces.state_tag(each) for each in ("none", "open", "overdue", "closed")},
        )
    return found
