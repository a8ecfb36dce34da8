"""When a source of the seed may speak: always after the freeze (section 1)."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

from portal.domain.errors import PortalError
from portal.domain.sortition.model import SourceKind

#: Between the freeze and a beacon's round, at least.
LEAD = timedelta(seconds=600)
_CHINA = timezone(timedelta(hours=8))
#: Beacon chains by hash: time of the first round in Unix seconds, and seconds between rounds.
CHAINS = {
    "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971": (1_692_803_367, 3),
    "8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce": (1_595_431_050, 30),
}
_ROUND = re.compile(r"([0-9a-f]{64})/([1-9][0-9]{0,11})")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class TooEarly(PortalError):
    """A source of the seed speaks, or would speak, before the list is fixed, or has not spoken yet."""

    code = "too_early"


def round_time(ref: str) -> datetime:
    """Return when a beacon's round is due; `ref` is ``<chain hash>/<round>``.

    Raises:
        TooEarly: no such chain is known here, so nobody can tell.

    """
    match = _ROUND.fullmatch(ref)
    if match is None or match[1] not in CHAINS:
        raise TooEarly("drand 来源的依据应写成“链摘要/轮次”，且为已知的链")
    genesis, period = CHAINS[match[1]]
    return datetime.fromtimestamp(genesis + (int(match[2]) - 1) * period, UTC)


def issue_day(ref: str) -> date:
    """Return the day of a lottery issue, or of a beacon's pulse, from the date that `ref` states.

    Raises:
        TooEarly: it states none.

    """
    match = _DAY.search(ref)
    if match is None:
        raise TooEarly("lottery 或 nist 来源的依据须写明日期，如“2026-03-02 双色球第2026023期”")
    return date.fromisoformat(match[0])


def check_commit(kind: SourceKind, ref: str, committed_at: datetime) -> None:
    """Refuse a source that may be known already when the list is fixed.

    Raises:
        TooEarly: the event is not late enough after `committed_at`.

    """
    if kind is SourceKind.DRAND and round_time(ref) < committed_at + LEAD:
        raise TooEarly("drand 轮次的时间须比冻结至少晚 600 秒")
    dated = kind in (SourceKind.LOTTERY, SourceKind.NIST)
    if dated and issue_day(ref) <= committed_at.astimezone(_CHINA).date():
        raise TooEarly("开奖日期须晚于冻结日期")


def check_seed(kind: SourceKind, ref: str, public_since: datetime, now: datetime) -> None:
    """Refuse a value of an event that is not past, or that came before the commit was public.

    Raises:
        TooEarly: the event lies before `public_since` or after `now`.

    """
    if kind is SourceKind.DRAND:
        due = round_time(ref)
        if not public_since < due <= now:
            raise TooEarly("该轮次不在承诺公布之后，或者尚未到来")
    if kind in (SourceKind.LOTTERY, SourceKind.NIST):
        day = issue_day(ref)
        if not public_since.astimezone(_CHINA).date() < day <= now.astimezone(_CHINA).date():
            raise TooEarly("开奖日期不在承诺公布之后，或者尚未到来")
