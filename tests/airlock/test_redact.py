"""Projection: what becomes public of a record, and what never does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.airlock.around import Passage
from portal.airlock.masks import WITHHELD_NAME
from portal.airlock.project import Publishable
from portal.airlock.redact import redact
from portal.domain.draws import DrawEntry
from portal.domain.grounds import Decision, Disclosure, Ground
from portal.domain.identifiers import Identifier, Scheme
from portal.domain.parties import Entity, EntityForm
from portal.register.records import Kind, PublicDraw, PublicEntity, PublicResult, encode
from tests.airlock.makers import around
from tests.makers import (
    CANARY,
    CODE_CANARY,
    a_document,
    a_draw,
    a_followup,
    a_plan,
    a_problem,
    a_result,
    an_agency,
    an_entity,
    an_item,
)

MAKERS: list[Callable[[], Publishable]] = [
    an_agency, an_entity, an_item, a_plan, a_draw, a_result, a_problem, a_followup, a_document,
]  # fmt: skip

WITHHELD = Decision(
    disclosure=Disclosure.WITHHELD,
    ground=Ground.PUBLIC_SECURITY,
    decided_by="示例市市场监督管理局",
    decided_on=date(2025, 3, 1),
    review_on=date(2026, 2, 28),
)
NEVER = replace(WITHHELD, disclosure=Disclosure.NEVER)


def _bytes(passage: Passage) -> str:
    return "".join(encode(record).decode() for record in passage.records)


@pytest.mark.parametrize("make", MAKERS)
def test_no_canary_leaves_the_office(make: Callable[[], Publishable]) -> None:
    passage = redact(make(), around())

    assert passage.records
    assert CANARY not in _bytes(passage)
    assert CODE_CANARY not in _bytes(passage)


@given(text=st.text(min_size=3).filter(lambda text: text.strip()))
def test_whatever_the_internal_note_says_nothing_changes(text: str) -> None:
    plain = redact(a_problem(), around())

    noted = redact(a_problem(note=text, inspector_names=text, certificates=text), around())

    assert (noted.records, noted.gone) == (plain.records, plain.gone)


def test_a_withheld_result_becomes_a_notice_of_five_facts() -> None:
    passage = redact(a_problem(decision=WITHHELD), around())

    notice = passage.notice
    assert passage.records == []
    assert set(msgspec.to_builtins(notice)) == {
        "id",
        "ground",
        "article",
        "decided_by",
        "review_on",
    }
    assert [kind for kind, _ in passage.gone] == [Kind.RESULT]


def test_a_result_never_acknowledged_becomes_nothing() -> None:
    passage = redact(a_problem(decision=NEVER), around())

    assert passage.records == []
    assert passage.notice is None
    assert [kind for kind, _ in passage.gone] == [Kind.RESULT]


@pytest.mark.parametrize("make", [a_problem, a_followup])
@pytest.mark.parametrize("decision", [WITHHELD, NEVER])
def test_what_concerns_a_withheld_party_leaves_no_trace_of_its_own(
    make: Callable[[], Publishable], decision: Decision
) -> None:
    passage = redact(make(), around(party=an_entity(decision=decision)))

    assert passage.records == []


def test_a_military_unit_is_never_acknowledged_by_itself() -> None:
    passage = redact(an_entity(form=EntityForm.MILITARY_UNIT), around())

    assert passage.records == []


def test_a_partly_withheld_result_keeps_its_outcome_and_says_why_the_rest_is_missing() -> None:
    decision = replace(WITHHELD, disclosure=Disclosure.PARTLY, fields=("detail",))

    [result] = redact(a_problem(decision=decision), around()).records

    assert isinstance(result, PublicResult)
    assert result.findings[0].outcomes == ("ordered_to_rectify",)
    assert result.findings[0].detail is None
    assert [(w.field, w.ground) for w in result.withheld] == [("detail", "public_security")]


def test_a_hidden_name_takes_numbers_and_former_names_with_it() -> None:
    decision = replace(WITHHELD, disclosure=Disclosure.PARTLY, fields=("name",))
    party = an_entity(decision=decision, former_names=("示例市旧名公司",))

    [entity] = redact(party, around(party=party)).records

    assert isinstance(entity, PublicEntity)
    assert (entity.name, entity.identifiers, entity.former_names) == (WITHHELD_NAME, (), ())


@pytest.mark.parametrize("form", [EntityForm.SOLE_TRADER, EntityForm.NATURAL_PERSON])
def test_a_natural_persons_identity_is_masked_and_its_days_coarsened(form: EntityForm) -> None:
    party = an_entity(form=form, name="示例市张三丰小吃店")

    [entity] = redact(party, around(party=party)).records
    [result] = redact(a_problem(), around(party=party)).records

    assert isinstance(entity, PublicEntity)
    assert isinstance(result, PublicResult)
    assert "张三丰" not in encode(entity).decode()
    assert (entity.identifiers, entity.masked) == ((), True)
    assert (result.inspected_on, result.stated_due_on, result.month_only) == (
        date(2025, 5, 1),
        date(2025, 6, 30),
        True,
    )


def test_figures_of_a_draw_do_not_count_withheld_parties() -> None:
    secret = an_entity(
        name="示例某单位", identifiers=(Identifier(Scheme.LOCAL, "X-1"),), decision=WITHHELD
    )
    entry = DrawEntry(
        entity_key=secret.key, entity_name=secret.name, identifier=secret.identifiers[0]
    )
    with_secret = a_draw(entries=(*a_draw().entries, entry), sample_count=2, frame_count=41)
    surroundings = around()
    surroundings.parties[secret.key] = secret

    passage = redact(with_secret, surroundings)

    assert passage.records == redact(a_draw(), around()).records


def test_the_digest_of_an_embargoed_list_is_public_and_the_list_is_not() -> None:
    passage = redact(a_draw(embargo_until=date(2025, 6, 2)), around(today=date(2025, 6, 2)))

    [draw] = passage.records
    assert isinstance(draw, PublicDraw)
    assert draw.list_digest is not None
    assert draw.list_nonce is None


def test_contact_data_in_a_document_is_masked_and_its_words_are_kept() -> None:
    body = "请认真执行。\n\n联系人：胡某某2369132，手机１３８ 0013 8000，邮箱 someone@mail.example。\n\n陈某副市长主持。"

    [document] = redact(a_document(body=body), around()).records

    text = encode(document).decode()
    assert "胡某某" not in text
    assert "2369132" not in text
    assert "8000" not in text
    assert "someone" not in text
    assert "陈某副市长主持" in text


def test_a_former_name_is_public_for_a_company() -> None:
    party: Entity = an_entity(former_names=("示例市青禾食品厂",))

    [entity] = redact(party, around(party=party)).records

    assert isinstance(entity, PublicEntity)
    assert entity.former_names == ("示例市青禾食品厂",)
