"""What is known of the checks of each party (历次检查)."""

from collections.abc import Collection
from datetime import date

from portal.domain.results import Finding, Result


class Past:
    """Which check of a party was the first for an item on a day; and, of capped items, all of a year.

    It grows with the file: a hundred thousand rows fit because each is one entry of plain values.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self._days: dict[tuple[str, date, str, str], str] = {}
        self._years: dict[tuple[str, int, str], set[str]] = {}
        #: Whether there are checks filed before; None while nobody has asked.
        self.is_any: bool | None = None
        self._read: set[str] = set()
        self._capped: set[str] = set()

    def unread(self, parties: set[str], capped: Collection[str]) -> set[str]:
        """Return of these parties those whose filed checks are still to be taken, and note them.

        An item whose cap was not known before wants them all anew.
        """
        if not self._capped.issuperset(capped):
            self._capped.update(capped)
            self._read.clear()
        left = parties - self._read
        self._read |= left
        return left

    def take(self, result: Result, capped: Collection[str]) -> dict[int, str]:
        """Learn of a check, whether filed before or in this file; `capped` are items by key.

        Returns:
            Finding → number of the other check of this party, day and item by the same agency.

        """
        others: dict[int, str] = {}
        party, day, agency, code = (
            result.entity_key, result.inspected_on, result.agency_code, result.code,
        )  # fmt: skip
        for index, finding in enumerate(result.findings):
            item = finding.item_code or finding.item_name
            first = self._days.setdefault((party, day, agency, item), code)
            if first != code:
                others[index] = first
            if capped and (item := _item(result, finding)) in capped:
                self._years.setdefault((party, day.year, item), set()).add(code)
        return others

    def times(self, result: Result, finding: Finding) -> int:
        """Count the checks of this party for a capped item in the year."""
        year = (result.entity_key, result.inspected_on.year, _item(result, finding))
        return len(self._years.get(year, ()))


def _item(result: Result, finding: Finding) -> str:
    return f"{result.agency_code}/{finding.item_code or finding.item_name}"
