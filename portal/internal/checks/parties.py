"""Parties that draws and results name: known to the library, or plain enough to be added to it."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.grounds import OPEN, Decision, Disclosure
from portal.domain.identifiers import Identifier, Scheme
from portal.domain.parties import Entity, EntityForm, entity_key, form_of
from portal.internal.checks.context import Context
from portal.internal.sheets.reader import Read
from portal.internal.tables import decisions, filings, lookup
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import FilingRow, NumberRow
from portal.internal.tables.ledger import withdrawn_keys
from portal.kit.db import among

Named = tuple[Read, str, str, Identifier]

#: Forms whose identity is shown in part or not at all.
PROTECTED = {EntityForm.NATURAL_PERSON, EntityForm.SOLE_TRADER, EntityForm.MILITARY_UNIT}


def check_number(
    context: Context, read: Read, identifier: Identifier, name: str = "identifier"
) -> None:
    """Warn of a check digit that does not fit, at the field `name`: real lists hold such numbers."""
    if not identifier.valid:
        context.tell(
            "check_digit",
            read,
            name,
            f"{identifier.scheme.zh}校验位不符；请对照证照核对，将按原样登记并标注",
        )


def check(context: Context, named: Iterable[Named]) -> None:
    """Look up every (read, key, name, identifier); add those a number alone is enough to file.

    Whom no library holds and nobody sees yet is brought along again, by the name that this file has: the one of before
    may be that of a check which is never acknowledged. For the same reason what is shown goes first.

    A credit code or registration number says what a party is, so it may come in with a result.
    Local and missing numbers say nothing: such a party must be in the library first, because its
    form decides what may be shown of it.
    """
    new = context.new_parties
    named = sorted(named, key=lambda each: not _is_shown(each[0]))
    #: Of what the file itself brought in above, nothing more is to be said.
    parties = [
        each
        for each in named
        if (party := new.get(each[1])) is None or party.name != each[2] or not each[3].valid
    ]
    keys = {key for _, key, _, _ in parties} - new.keys()
    known = filings.find(context.session, Entity, keys)
    taken = other_numbers(context.session, keys - set(known))
    fresh = [(read, key, name) for read, key, name, _ in parties if key not in known]
    check_names(context, fresh)
    unseen, renamed = _unseen(context, known), []
    for read, key, name, identifier in parties:
        if not identifier.valid:
            check_number(context, read, identifier)
        party = known.get(key) or new.get(key)
        if party is None and key in taken:
            context.tell("taken", read, "identifier", ANOTHERS_NUMBER)
        elif party is None:
            _take_in(context, read, key, name, identifier)
        elif name != party.name and name not in party.former_names:
            renamed.append((read, party))
        if key in unseen and key not in new and _is_shown(read):
            _take_in(context, read, key, name, identifier)
    untold = _untold(context, [party for _, party in renamed])
    for read, party in renamed:
        before = "与此不同" if party.key in untold else f"是“{party.name}”"
        what = f"该代码先前登记的名称{before}；已更名的请更新名录库曾用名，填错的请改正"
        context.tell("renamed", read, "entity_name", what)


def _is_shown(read: Read) -> bool:
    """Whether a record is filed to be shown."""
    decision: Decision = getattr(read.record, "decision", OPEN)
    return decision.disclosure not in (Disclosure.WITHHELD, Disclosure.NEVER)


def _unseen(context: Context, keys: Iterable[str]) -> set[str]:
    """Return which of these parties checks and lists alone have named, none of which is shown."""
    wanted = set(keys)
    in_library = sa.select(FilingRow.key).where(
        FilingRow.kind == "entity", among(context.session, FilingRow.key, wanted), FilingRow.live,
        FilingRow.row > 0,
    )  # fmt: skip
    brought = wanted.difference(context.session.scalars(in_library)) if wanted else set()
    #: Whom two people took back no other file brings along.
    brought -= withdrawn_keys(context.session, "entity", brought, batch_id=None)
    return brought.difference(context.on_show(brought))


def check_names(context: Context, named: Iterable[tuple[Read, str, str]]) -> None:
    """Warn of parties new to the library that bear the name of another: namesakes, or a mistake."""
    fresh = []
    for read, key, name in named:
        first = context.names.get(name)
        if first is None:
            context.names[name] = key
            fresh.append((read, key, name))
        elif first != key and f"{name} {key}" not in context.told:
            context.told.add(f"{name} {key}")
            what = f"文件中同一名称“{name}”有两个不同的代码；确是同名的两个对象请确认，填错的请改正"
            context.tell("namesake", read, "identifier", what)
    others = lookup.parties_named(context.session, {name for _, _, name in fresh})
    untold = _untold(context, [party for them in others.values() for party in them])
    for read, key, name in fresh:
        for party in others.get(name, ()):
            if party.key != key and party.key not in untold:
                what = f"名录库中另有名称同为“{name}”的对象，代码不同；确是两个对象请确认，填错的请改正"
                context.tell("namesake", read, "identifier", what)


def _untold(context: Context, parties: Iterable[Entity]) -> set[str]:
    """Return the keys of those that a clerk of this agency may not learn of: what others keep back stays with them.

    Kept back by its form, as it was filed, by what was decided since, until it is released under this name, or taken back.
    """
    foreign = [each for each in parties if each.agency_code != context.agency_code]
    keys = [each.key for each in foreign]
    made = decisions.in_force(context.session, "entity", keys)
    released = filings.released_names(context.session, keys)
    shown = context.on_show(keys)
    return {
        each.key
        for each in foreign
        if each.form in PROTECTED
        or each.decision.disclosure is not Disclosure.PUBLIC
        or any(row.ruling() for row in made.get(each.key, ()))
        or each.name != released.get(each.key)
        or each.key not in shown
    }


def _take_in(context: Context, read: Read, key: str, name: str, identifier: Identifier) -> None:
    form = form_of(identifier)
    if form is None and identifier.scheme is Scheme.REG13:
        form = EntityForm.ENTERPRISE
    if form is None:
        what = f"名录库中没有“{name}”（{identifier.scheme.zh}）；请先导入检查对象"
        context.tell("unknown", read, "identifier", what)
        return
    context.new_parties[key] = Entity(
        agency_code=context.agency_code, name=name, form=form, identifiers=(identifier,)
    )


#: Both say nothing of the other party, whoever it is.
ANOTHERS_PARTY = "该编号是其他机关登记的检查对象的主要编号；请核对，确属同一对象的请由该机关登记"
ANOTHERS_NUMBER = "该编号已登记为一个检查对象的其他编号；请使用其主要编号"


def other_numbers(session: Session, keys: Iterable[str]) -> set[str]:
    """Return which of these keys are only the further number of a party filed under another.

    As that party stands: what was returned or filed anew without the number claims it no longer.
    """
    wanted = set(keys)
    if not wanted:
        return set()
    query = sa.select(NumberRow).where(among(session, NumberRow.number, wanted))
    claims = session.scalars(query).all()
    parties = filings.find(session, Entity, {each.key for each in claims})
    return {
        each.number
        for each in claims
        if each.key in parties and each.number in further_keys(parties[each.key])
    }


def further_keys(party: Entity) -> list[str]:
    """Return the keys that a party's further numbers would be filed under."""
    return [
        entity_key(each, agency_code=party.agency_code, name="") for each in party.identifiers[1:]
    ]


def others_own(session: Session, keys: Iterable[str], *, agency: str) -> set[str]:
    """Return which of these keys are those of parties that another agency filed first."""
    there = filings.latest(session, "entity", keys)
    return {key for key in there if filings.owner(session, "entity", key) != agency}


def in_library(session: Session, keys: Iterable[str]) -> set[str]:
    """Return which of these parties a released library holds; others were named in checks and lists alone."""
    wanted = sorted(keys)
    query = (
        sa.select(FilingRow.key)
        .join(BatchRow, BatchRow.id == FilingRow.batch_id)
        .where(FilingRow.kind == "entity", among(session, FilingRow.key, wanted), FilingRow.live)
        .where(FilingRow.row > 0, BatchRow.state.in_(filings.REVIEWED))
    )
    return set(session.scalars(query)) if wanted else set()
