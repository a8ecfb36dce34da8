"""Letters about published records: error reports, statements, objections (纠错、陈述、异议), and how far each is."""

import hashlib
from datetime import date

from portal.domain.codelists import CodeList
from portal.domain.deadlines import WorkCalendar

#: Working days to answer in (企业信息公示暂行条例 art 13), and how many before the end to warn.
ANSWER_DAYS = 20
WARN_DAYS = 5
#: Without look-alikes (0 O, 1 I), so that a reference can be read out over the telephone: 5 bits each.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
REFERENCE_LENGTH = 12
LONGEST_TEXT = 4000
LONGEST_CONTACT = 200
LARGEST_EVIDENCE = 10 * 2**20
_ID_LENGTH = 26


class LetterKind(CodeList):
    """来信类别."""

    ERROR = "error", "纠错", "Error report"
    REPLY = "reply", "陈述", "Statement"
    OBJECTION = "objection", "异议", "Objection"


class ReplyState(CodeList):
    """公开的办理状态."""

    RECEIVED = "received", "已收件", "Received"
    HANDLING = "handling", "异议处理中", "Objection being handled"
    ACCEPTED = "accepted", "已采纳", "Accepted"
    REFUSED = "refused", "未采纳", "Not accepted"


def plain_reference(text: str) -> str | None:
    """Return the reference somebody typed, or None where it cannot be one.

    >>> plain_reference("abcd-efgh jkmn"), plain_reference("0")
    ('ABCDEFGHJKMN', None)
    """
    found = "".join(text.split()).replace("-", "").upper()
    fits = len(found) == REFERENCE_LENGTH and set(found) <= set(ALPHABET)
    return found if fits else None


def in_groups(reference: str) -> str:
    """Write a reference for people: ``ABCD-EFGH-JKMN``."""
    return "-".join(reference[start : start + 4] for start in range(0, len(reference), 4))


def status_id(reference: str) -> str:
    """Return the public id of a letter's status.

    A digest that anybody can compute, since the public side has no key; it leads from the reference
    to the status and, 60 random bits being many, not back. Even the way back would tell nothing: the
    status page shows what the list of statuses shows, and a letter nobody has collected yet answers
    like a reference that never was.
    """
    return f"y_{hashlib.sha256(f'letter {reference}'.encode()).hexdigest()[:_ID_LENGTH]}"


def answer_due(calendar: WorkCalendar, received_on: date) -> date:
    """Return the last day to answer a letter received on a day."""
    return calendar.add(received_on, ANSWER_DAYS)
