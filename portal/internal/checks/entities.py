"""Inspected parties: numbers that fit, and one line for each."""

from portal.domain.parties import Entity
from portal.internal.checks.context import Context, Reads
from portal.internal.checks.parties import check_number


def check(context: Context, reads: Reads) -> None:
    """Warn of check digits that do not fit."""
    for read in reads:
        party: Entity = read.record
        for identifier in party.identifiers:
            check_number(context, read, identifier)
