"""Looks at the words of what a faulty file would make public: one round tells all that is wrong with it."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from portal.airlock.detectors import kinds
from portal.airlock.detectors.kinds import GRADES, Severity, Stop
from portal.airlock.detectors.scan import scan
from portal.airlock.known import KnownSecrets
from portal.domain.grounds import Disclosure
from portal.internal.checks.context import Context
from portal.internal.desk import given, secrets
from portal.internal.desk.foresight import told
from portal.internal.sheets.reader import Read
from portal.internal.sheets.spec import Column, Values
from portal.register.records import Kind

#: Names are judged with the party they belong to, once the record is whole.
_NAMES = {"name", "entity_name", "former_names", "decided_by"}
#: Field of a record that holds its children.
_CHILDREN = {"results": "findings", "draws": "entries", "plans": "tasks"}


class Glance:
    """Looks through columns that become public; which party a text concerns is not known here."""

    def __init__(self, context: Context) -> None:
        """Look for an import under way."""
        self._context = context
        self._columns = [
            column
            for column in context.sheet.columns
            if not column.internal
            and not column.is_code
            and column.codes is None
            and column.field not in _NAMES
        ]

    def left(self, parts: Sequence[tuple[Values, Mapping[str, str]]]) -> None:
        """Look at what could be read of a record that cannot be built, and of its children."""
        if parts[0][0].get("disclosure", Disclosure.PUBLIC) is not Disclosure.PUBLIC:
            return
        for values, places in parts:
            for column in self._columns:
                self._look(values.get(column.field), places.get(column.field, ""), column)

    def built(self, reads: Sequence[Read]) -> None:
        """Look at records that are not filed because of faults elsewhere."""
        name = _CHILDREN.get(self._context.sheet.kind, "")
        for read in reads:
            decision = getattr(read.record, "decision", None)
            if decision is not None and decision.disclosure is not Disclosure.PUBLIC:
                continue
            self._take(read.record, read)
            for index, child in enumerate(getattr(read.record, name, ())):
                self._take(child, read.child(index))

    def _take(self, part: object, read: Read) -> None:
        for column in self._columns:
            place = read.places.get(column.field, f"第{read.row}行")
            self._look(getattr(part, column.field, None), place, column)

    def _look(self, value: Any, place: str, column: Column) -> None:  # noqa: ANN401
        if isinstance(value, tuple):
            for each in value:
                self._look(each, place, column)
        if not isinstance(value, str):
            return
        for kind in sorted({hit.kind for hit in scan(value)} | self._mentioned(value)):
            rule, words = told(kind, stops=GRADES[kind].stop is Stop.ALWAYS)
            self._context.report.tell(rule, self._context.sheet_name, place, words, column.title)

    def _mentioned(self, text: str) -> set[str]:
        if self._known is None:
            return set()
        return {
            kinds.KNOWN if hit.severity is Severity.BLOCK else kinds.KNOWN_SHORT
            for hit in self._known.scan(text, self._agency_id)
        }

    @cached_property
    def _known(self) -> KnownSecrets | None:
        return secrets.known(self._context.session)

    @cached_property
    def _agency_id(self) -> str:
        return given.ids(self._context.session).of(Kind.AGENCY, self._context.agency_code)
