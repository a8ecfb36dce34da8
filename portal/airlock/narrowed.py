"""A check without what it found about items that nobody may know of, and without what followed from that."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from portal.domain.followups import OF_AN_ORDER, FollowUp
from portal.domain.results import Finding, Handling, Result


def shown_findings(result: Result, hidden_items: frozenset[str]) -> tuple[Finding, ...]:
    """Return the findings about items that may be named."""
    if not hidden_items:
        return result.findings
    return tuple(
        each
        for each in result.findings
        if f"{result.agency_code}/{each.item_code}" not in hidden_items
    )


def as_shown(result: Result, hidden_items: frozenset[str], before: Iterable[Result] = ()) -> Result:
    """Return the check as if nothing had been looked at but what may be named.

    Where every problem lies with what is left out, so does what was done about it: an order and a day by which to
    put something right, beside findings without a problem, would say that there was another. So it is with an order
    alone, beside problems in which nothing was ordered. `before` are filings of the check that were released: what they
    said of it beside findings like these stays, for it did not follow from what is left out, and that it goes would tell.
    """
    found = shown_findings(result, hidden_items)
    shown = replace(result, findings=found) if found != result.findings else result
    gone = _led_to(result, shown)
    for each in (as_shown(one, hidden_items) for one in before) if gone else ():
        if (each.has_problem, each.was_ordered) == (shown.has_problem, shown.was_ordered):
            gone = {
                name: gone[name] for name in gone if getattr(shown, name) != getattr(each, name)
            }
    return replace(shown, **gone) if gone else shown


def _led_to(result: Result, shown: Result) -> dict[str, Any]:
    """Return what a check says that may follow from what `shown` leaves out, and what it says instead."""
    if result.has_problem and not shown.has_problem:
        gone: dict[str, Any] = {"handling": None, "handling_text": None, "due_on": None}
    elif result.was_ordered and not shown.was_ordered:
        handling = None if result.handling is Handling.ORDERED else result.handling
        gone = {"handling": handling, "handling_text": None, "due_on": None}
    else:
        return {}
    return {name: what for name, what in gone.items() if getattr(shown, name) != what}


def loses_words(result: Result, hidden_items: frozenset[str]) -> bool:
    """Whether a check is shown without something that may follow from what is left out."""
    found = shown_findings(result, hidden_items)
    return found != result.findings and bool(_led_to(result, replace(result, findings=found)))


def follows_from_hidden(step: FollowUp, result: Result, hidden_items: frozenset[str]) -> bool:
    """Whether a step follows from nothing but what was found about items that nobody may know of.

    So does every step after a check that shows no problem: the office takes in none. One that a correction has left so
    loses them whether or not a problem remains which nobody sees: that they stay or go would tell of it.
    """
    shown = as_shown(result, hidden_items)
    if not shown.has_problem:
        return True
    return step.step in OF_AN_ORDER and result.was_ordered and not shown.was_ordered


def left_out_texts(result: Result, hidden_items: frozenset[str]) -> Iterator[str]:
    """Yield what the findings that are left out say and no other does."""
    shown = shown_findings(result, hidden_items)
    if shown == result.findings:
        return
    kept = {text for each in shown for text in (each.detail, each.outcome_text)}
    for finding in result.findings:
        if finding not in shown:
            texts = (finding.detail, finding.outcome_text)
            yield from (text for text in texts if text and text not in kept)


def says(result: Result, name: str) -> bool:
    """Whether a check has a text in this field, of its own or of a finding."""
    return any(getattr(part, name, None) for part in (result, *result.findings))
