"""The table of rules: every field is in it once, and nobody can show more than it says."""

from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.airlock.cuts import Cut, NeverPublic, action
from portal.airlock.redact import redact
from portal.airlock.rules import (
    KINDS,
    PARTS,
    TABLE,
    WHOLE,
    Action,
    decidable,
    party_class,
)
from portal.domain.grounds import HIDEABLE, Disclosure, Ground
from portal.domain.parties import EntityForm
from portal.domain.verdicts import Act, Ruling, Verdict, both, filed, stricter, stricter_class
from portal.internal.tables import filings
from portal.register import records as r
from tests.airlock.makers import around
from tests.makers import a_problem, an_entity

_PART_OF = {"Task": "task", "Finding": "finding", "DrawEntry": "draw_entry", "Figure": "figure"}
DAY = date(2025, 1, 1)
RULINGS = st.builds(
    Ruling,
    st.sampled_from([Act.COARSEN, Act.MASK, Act.WITHHOLD]),
    st.sampled_from(Ground),
    st.just("示例市市场监督管理局"),
    st.dates(DAY, date(2025, 12, 31)),
    st.just(date(2026, 1, 1)),
)
WHOLES = st.none() | st.builds(
    Ruling, st.sampled_from([Act.WITHHOLD, Act.NEVER]), st.sampled_from(Ground), st.just("机关"),
    st.just(DAY), st.just(date(2025, 12, 1)),
)  # fmt: skip


def verdicts(kind: str) -> st.SearchStrategy[Verdict]:
    """Build any verdict on a record of this kind."""
    named = st.dictionaries(st.sampled_from(sorted(decidable(kind))), RULINGS)
    return st.builds(
        lambda whole, found: Verdict(whole, tuple(sorted(found.items()))), WHOLES, named
    )


def _types() -> dict[str, type]:
    """Return every record type and the types of its parts, by the table's names."""
    found = dict(filings.TYPES)
    for record_type in filings.TYPES.values():
        for hint in get_type_hints(record_type).values():
            for each in (hint, *get_args(hint)):
                if is_dataclass(each) and isinstance(each, type) and each.__name__ in _PART_OF:
                    found[_PART_OF[each.__name__]] = each
    return found


def test_every_field_of_every_record_stands_in_the_table_exactly_once() -> None:
    types = _types()

    assert {kind: sorted(rows) for kind, rows in TABLE.items()} == {
        kind: sorted(each.name for each in fields(record_type))
        for kind, record_type in types.items()
    }


def test_every_row_names_its_basis_and_every_kind_its_rows() -> None:
    assert [rule for rows in TABLE.values() for rule in rows.values() if not rule.basis] == []
    assert set(KINDS) | {part for parts in PARTS.values() for part in parts} == set(TABLE)
    assert set(TABLE) >= WHOLE


def test_what_the_template_offers_to_hide_may_be_hidden() -> None:
    kinds = {"entities": "entity", "items": "item", "results": "result", "followups": "followup",
             "documents": "document"}  # fmt: skip

    assert [
        (sheet, name) for sheet, names in HIDEABLE.items() for name in names.values()
        if name not in decidable(kinds[sheet])
    ] == []  # fmt: skip


def test_the_outcome_of_a_check_its_day_and_who_made_it_cannot_be_hidden() -> None:
    assert {"outcomes", "inspected_on", "agency_code", "item_name"}.isdisjoint(decidable("result"))


@pytest.mark.parametrize(
    ("kind", "name"),
    [(k, n) for k, rows in TABLE.items() for n, rule in rows.items() if rule.open is Action.NEVER],
)
def test_a_projection_that_asks_for_a_private_field_fails(kind: str, name: str) -> None:
    with pytest.raises(NeverPublic):
        Cut(kind, None, Verdict())(name, "内部")


@given(st.sampled_from(KINDS[:3] + KINDS[4:]).flatmap(lambda k: st.tuples(st.just(k), verdicts(k))),
       st.sampled_from([None, *EntityForm]))  # fmt: skip
def test_a_decision_shows_no_more_of_any_field_than_the_table(
    case: tuple[str, Verdict], form: EntityForm | None
) -> None:
    kind, verdict = case
    for part in PARTS.get(kind, (kind,)):
        for rule in TABLE[part].values():
            assert action(rule, form, verdict) >= rule.at_most(form)


@given(verdicts("result"), verdicts("result"))
def test_two_verdicts_together_show_no_more_than_either(one: Verdict, other: Verdict) -> None:
    together = both(one, other)

    for each in (one, other):
        assert stricter_class(together.disclosure, each.disclosure) is together.disclosure
        for name, ruling in each.fields:
            kept = together.on(name)
            assert kept is not None
            assert stricter(kept, ruling) == kept or kept.act is ruling.act
    assert together.disclosure is both(other, one).disclosure


@given(st.sampled_from(EntityForm), verdicts("entity"))
def test_a_party_is_shown_no_more_than_its_form_allows(form: EntityForm, verdict: Verdict) -> None:
    shown = party_class(an_entity(form=form), verdict)

    assert form is not EntityForm.MILITARY_UNIT or shown in (Disclosure.WITHHELD, Disclosure.NEVER)
    if form is not EntityForm.MILITARY_UNIT:
        assert shown is verdict.disclosure


SECRET = "只此一处出现的内部文字"


@given(verdicts("result"), st.sampled_from(EntityForm))
def test_no_private_text_of_any_record_is_public_under_any_decisions(
    verdict: Verdict, form: EntityForm
) -> None:
    party = an_entity(form=form, legal_person=SECRET, address=SECRET, contact_phone=SECRET)
    result = a_problem(
        inspector_names=SECRET, certificates=SECRET, note=SECRET, handling_text="处理" + SECRET,
        unit="一所",
    )  # fmt: skip
    if verdict.on("handling_text") is None:
        result = replace(result, handling_text="责令改正")
    surroundings = replace(
        around(party=party, check=result), verdicts={(r.Kind.RESULT, result.key): verdict}
    )

    passages = [redact(result, surroundings), redact(party, surroundings)]

    public = b"".join(r.encode(record) for each in passages for record in each.records)
    assert _is_masked_only(verdict) or SECRET.encode() not in public


def _is_masked_only(verdict: Verdict) -> bool:
    """Whether the text is only masked: its words stay, its finds go."""
    ruling = verdict.on("handling_text")
    return (
        ruling is not None
        and action(decidable("result")["handling_text"], None, verdict) < Action.WITHHOLD
    )


def test_persons_and_sole_traders_are_coarsened_on_every_record() -> None:
    for form in (EntityForm.SOLE_TRADER, EntityForm.NATURAL_PERSON):
        party = an_entity(form=form, region="990101003", industry="餐饮", former_names=("旧名",))
        result = a_problem(unit="镇西所", inspected_on=date(2025, 5, 20), due_on=date(2025, 6, 3))
        surroundings = around(party=party, check=result)

        [shown] = redact(party, surroundings).records
        [check] = redact(result, surroundings).records

        facts: dict[str, Any] = msgspec.to_builtins(shown) | msgspec.to_builtins(check)
        assert facts.keys().isdisjoint({"identifiers", "former_names", "industry", "unit"})
        assert (facts["region"], facts["inspected_on"], facts["stated_due_on"]) == (
            "990101", "2025-05-01", "2025-06-30",
        )  # fmt: skip
        assert facts["masked"]


def test_a_verdict_is_what_was_filed_where_nobody_decided() -> None:
    assert filed(an_entity().decision) == Verdict()
