"""Parties that draws and results name: known to the library, or plain enough to be added to it."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.identifiers import Identifier, Scheme
from portal.domain.parties import Entity, EntityForm, form_of
from portal.internal.checks.context import Context
from portal.internal.sheets.reader import Read
from portal.internal.tables import filings
from portal.internal.tables.filings import NumberRow

Named = tuple[Read, str, str, Identifier]


def check_number(context: Context, read: Read, identifier: Identifier) -> None:
    """Warn of a check digit that does not fit: real lists hold such numbers."""
    if not identifier.valid:
        context.warn(
            read,
            "identifier",
            f"{identifier.scheme.zh}校验位不符；请对照证照核对，将按原样登记并标注",
        )


def check(context: Context, named: Iterable[Named]) -> None:
    """Look up every (read, key, name, identifier); add those a number alone is enough to file.

    A credit code or registration number says what a party is, so it may come in with a result.
    Local and missing numbers say nothing: such a party must be in the library first, because its
    form decides what may be shown of it.
    """
    parties = list(named)
    keys = [key for _, key, _, _ in parties]
    known = filings.find(context.session, Entity, keys)
    taken = other_numbers(context.session, keys)
    for read, key, name, identifier in parties:
        check_number(context, read, identifier)
        party = known.get(key) or context.new_parties.get(key)
        if party is None and key in taken:
            context.error(read, "identifier", ANOTHERS_NUMBER)
        elif party is None:
            _take_in(context, read, key, name, identifier)
        elif name != party.name and name not in party.former_names:
            what = f"与名录库名称“{party.name}”不一致；如已更名请更新名录库"
            context.warn(read, "entity_name", what)


def _take_in(context: Context, read: Read, key: str, name: str, identifier: Identifier) -> None:
    form = form_of(identifier)
    if form is None and identifier.scheme is Scheme.REG13:
        form = EntityForm.ENTERPRISE
    if form is None:
        what = f"名录库中没有“{name}”（{identifier.scheme.zh}）；请先导入检查对象"
        context.error(read, "identifier", what)
        return
    context.new_parties[key] = Entity(
        agency_code=context.agency_code, name=name, form=form, identifiers=(identifier,)
    )


#: Says nothing of the other party, whoever it is.
ANOTHERS_NUMBER = "该编号已登记为一个检查对象的其他编号；请使用其主要编号"


def other_numbers(session: Session, keys: Iterable[str]) -> set[str]:
    """Return which of these keys are only the further number of a party filed under another."""
    query = sa.select(NumberRow.number).where(NumberRow.number.in_(sorted(set(keys))))
    return set(session.scalars(query))
