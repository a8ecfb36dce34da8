"""How values are written on pages: dates, shares, codes, divisions."""

from datetime import date, datetime
from decimal import Decimal

from flask import Flask
from flask_babel import format_decimal

from portal.domain.codelists import CodeList
from portal.domain.documents import DocumentKind
from portal.domain.draws import DrawMethod
from portal.domain.followups import Step
from portal.domain.grounds import Ground
from portal.domain.identifiers import Scheme
from portal.domain.items import ItemClass, Method
from portal.domain.parties import AgencyLevel, EntityForm, EntityKind
from portal.domain.plans import Joint, ObjectClass, TaskType
from portal.domain.replies import LetterKind, ReplyState
from portal.domain.results import Handling, Outcome
from portal.kit import clock, regions
from portal.kit.i18n import language
from portal.register.records import Kind

#: Code lists by the name templates use.
LISTS: dict[str, type[CodeList]] = {
    "kind": Kind, "level": AgencyLevel, "entity_kind": EntityKind, "form": EntityForm,
    "scheme": Scheme, "method": Method, "item_class": ItemClass, "task_type": TaskType,
    "joint": Joint, "object_class": ObjectClass, "draw_method": DrawMethod, "outcome": Outcome,
    "handling": Handling, "step": Step, "document_kind": DocumentKind, "ground": Ground,
    "letter_kind": LetterKind, "reply_state": ReplyState,
}  # fmt: skip


def set_up(app: Flask) -> None:
    """Register the filters."""
    app.jinja_env.filters.update(
        format_date=format_date,
        moment=moment,
        month=month,
        percent=percent,
        word=word,
        region=region,
        count=count,
    )


def format_date(value: date | datetime) -> str:
    """Write a date: 2025年6月20日, or 20 June 2025."""
    day = clock.local_date(value) if isinstance(value, datetime) else value
    if language() == "en":
        return f"{day.day} {day:%B} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日"


def moment(text: str) -> str:
    """Write an instant given in ISO 8601 with the minute, in China's time."""
    at = datetime.fromisoformat(text).astimezone(clock.CHINA)
    return f"{format_date(at)} {at:%H:%M}"


def month(value: date) -> str:
    """Write a month: 2025年6月, or June 2025."""
    return f"{value:%B} {value.year}" if language() == "en" else f"{value.year}年{value.month}月"


def percent(ratio: Decimal) -> str:
    """Write a share between 0 and 1 as a percentage."""
    return f"{(ratio * 100).normalize():f}%"


def word(code: str, list_name: str) -> str:
    """Write a code of a list in the page's language."""
    return LISTS[list_name](code).label(language())


def region(code: str) -> str:
    """Write the name of a division."""
    return regions.full_name(code)


def count(value: float | Decimal) -> str:
    """Write a number with its thousands apart."""
    return str(format_decimal(value))


def options(list_name: str) -> list[tuple[str, str]]:
    """Return (code, wording) of a list for a drop-down."""
    return [(each.value, each.label(language())) for each in LISTS[list_name]]
