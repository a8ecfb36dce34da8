"""What is known of the checks of each party (历次检查)."""

from collections.abc import Collection

from portal.domain.results import Finding, Result


class Past:
    """Which check of a party was the first for an item on a day; and, of capped items, all of a year.

    It grows with the file: a hundred thousand rows fit because each is one entry of plain values.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self._days: dict[tuple[str, object, str], str] = {}
        self._years: dict[tuple[str, int, str], set[str]] = {}

    def take(self, result: Result, capped: Collection[str]) -> dict[int, str]:
        """Learn of a check, whether filed before or in this file; `capped` are items by key.

        Returns:
            Finding → number of the other check of this party, day and item by the same agency.

        """
        others: dict[int, str] = {}
        for index, finding in enumerate(result.findings):
            item = _item(result, finding)
            day = (result.entity_key, result.inspected_on, item)
            first = self._days.setdefault(day, result.code)
            if first != result.code:
                others[index] = first
            if item in capped:
                year = (result.entity_key, result.inspected_on.year, item)
                self._years.setdefault(year, set()).add(result.code)
        return others

    def times(self, result: Result, finding: Finding) -> int:
        """Count the checks of this party for a capped item in the year."""
        year = (result.entity_key, result.inspected_on.year, _item(result, finding))
        return len(self._years.get(year, ()))


def _item(result: Result, finding: Finding) -> str:
    return f"{result.agency_code}/{finding.item_code or finding.item_name}"
