"""The only module that may ask the time."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

#: The portal's civil time: deadlines and dates on pages are those of China.
CHINA = ZoneInfo("Asia/Shanghai")


def utc_now() -> datetime:
    """Return the present instant, aware, to the second."""
    return datetime.now(UTC).replace(microsecond=0)  # noqa: TID251


def local_today() -> date:
    """Return today's date in China."""
    return local_date(utc_now())


def local_date(instant: datetime) -> date:
    """Return the date in China at `instant`."""
    return instant.astimezone(CHINA).date()
