"""The query object: a dataset, what it is narrowed to, and the day it is asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.codelists import CodeList
from portal.kit import clock
from portal.register.tables.agencies import AgencyRow
from portal.register.tables.changes import ChangeRow
from portal.register.tables.draws import DrawRow
from portal.register.tables.results import ResultRow


class Reads(StrEnum):
    """How a parameter is written in an address."""

    ID = "id"
    CODE = "code"
    DATE = "date"
    YEAR = "year"
    QUARTER = "quarter"
    REGION = "region"
    BOOLEAN = "boolean"
    NUMBER = "number"
    IDENTIFIER = "identifier"


class Around:
    """What conditions need to know besides the row: the day, serials of days, regions of agencies."""

    def __init__(self, session: Session, today: date) -> None:
        """Remember where to ask."""
        self._session = session
        self._serials: dict[date, int] = {}
        self.today = today

    @property
    def was_asked(self) -> bool:
        """Whether anything was read of the register for it."""
        return bool(self._serials) or not self.__dict__.keys().isdisjoint(
            ("regions", "draws", "overdue")
        )

    def serial_before(self, day: date) -> int:
        """Return the number of the last change before `day` began in China; 0 if there was none."""
        if day not in self._serials:
            begins = datetime.combine(day, time(), clock.CHINA)
            found = self._session.scalar(
                sa.select(ChangeRow.serial)
                .where(ChangeRow.at < begins)
                .order_by(ChangeRow.at.desc(), ChangeRow.serial.desc())
                .limit(1)
            )
            self._serials[day] = found or 0
        return self._serials[day]

    @cached_property
    def regions(self) -> Mapping[str, str]:
        """The region of each agency, by its id."""
        rows = self._session.execute(sa.select(AgencyRow.public_id, AgencyRow.region))
        return {row.public_id: row.region for row in rows}

    @cached_property
    def draws(self) -> Mapping[str, str]:
        """The agency of each draw, by the draw's id."""
        rows = self._session.execute(sa.select(DrawRow.public_id, DrawRow.agency_id))
        return {row.public_id: row.agency_id for row in rows}

    @cached_property
    def overdue(self) -> frozenset[str]:
        """The results that are open and past their deadline today."""
        return frozenset(
            self._session.scalars(
                sa.select(ResultRow.public_id).where(
                    ResultRow.status == "open", ResultRow.due_on < self.today
                )
            )
        )


Where = Callable[[Any, Around], sa.ColumnElement[bool]]
Keeps = Callable[[Any, Any, Around], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One thing a list can be narrowed by. It has a condition in SQL, a test of a row, or both."""

    name: str
    reads: Reads
    zh: str
    en: str
    example: str
    codes: type[CodeList] | None = None
    #: The condition on the stored row.
    where: Where | None = None
    #: The test of a row as its columns show it: what is asked of a past day has nothing else.
    keeps: Keeps
    #: Whether the condition alone is enough.
    exact: bool = True
    #: Older names of the same parameter.
    also: tuple[str, ...] = ()

    def about(self, lang: str) -> str:
        """Return the meaning in Chinese, or in English for "en"."""
        return self.en if lang == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows of one dataset: those that meet all conditions, now or as the register stood on a day."""

    word: str
    conditions: Mapping[str, Any] = field(default_factory=dict)
    as_of: date | None = None

    def fingerprint(self) -> str:
        """Return a text that differs for different selections."""
        pairs = sorted((name, str(value)) for name, value in self.conditions.items())
        return repr((self.word, pairs, str(self.as_of)))


def day_after(day: date) -> date:
    """Return the next day; the last there is, for itself."""
    return day if day == date.max else day + timedelta(days=1)
