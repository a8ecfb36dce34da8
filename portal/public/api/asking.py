"""What a request for rows of a dataset asks for, checked."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app, request
from flask_babel import gettext as _

from portal.kit import clock
from portal.kit.config import Settings
from portal.kit.i18n import LANGUAGES
from portal.public import params
from portal.public.api import formats
from portal.public.api.formats import Format
from portal.public.params import BadParameter
from portal.public.problems import Problem
from portal.register.columns.datasets import DATASETS
from portal.register.columns.model import Dataset
from portal.register.columns.rows import Reader, reader
from portal.register.selecting.model import Selection

#: Formats of a list: the first is what is meant where nothing is said.
LIST_FORMATS = ("json", "csv", "xlsx", "ndjson")
LARGEST_PAGE = 1000
USUAL_PAGE = 50
#: Conditions whose answer depends on what day it is.
_DAILY = ("status", "overdue")


@dataclass(frozen=True, slots=True)
class Asked:
    """Rows of one dataset. `cursor`, `limit` and `total` are of JSON lists, `profile` of CSV."""

    dataset: Dataset
    format: Format
    selection: Selection
    given: dict[str, str]
    cursor: str | None = None
    limit: int = USUAL_PAGE
    total: bool = False
    profile: str = "machine"

    @property
    def reader(self) -> Reader:
        """What reads the rows."""
        return reader(self.dataset.word, settings().site_url)

    @property
    def daily(self) -> bool:
        """Whether the answer depends on what day it is."""
        return any(name in self.selection.conditions for name in _DAILY)

    @property
    def variant(self) -> str:
        """What tells forms of one answer apart in their validators."""
        return self.format.suffix + ("-excel" if self.profile == "excel" else "")


def settings() -> Settings:
    """Return the settings of this site."""
    found = current_app.config["PORTAL"]
    if not isinstance(found, Settings):
        raise TypeError("settings")
    return found


def dataset_of(word: str) -> Dataset:
    """Return a dataset by its word in addresses.

    Raises:
        Problem: there is none of that name.

    """
    if word not in DATASETS:
        raise Problem("not-found", accepted=", ".join(DATASETS))
    return DATASETS[word]


def rows(name: str) -> Asked:
    """Read a request for a list; `name` is the last part of its path.

    Raises:
        Problem, BadParameter: it cannot be understood.

    """
    word, suffix = formats.split(name, known=LIST_FORMATS)
    dataset = dataset_of(word)
    chosen = formats.chosen(suffix, LIST_FORMATS)
    found = params.selection(word, blanks=False, **_MORE[chosen.suffix])
    more = found.more
    given = found.given | {"as_of": more["as_of"].isoformat()} if "as_of" in more else found.given
    return Asked(
        dataset, chosen, Selection(word, found.conditions, more.pop("as_of", None)), given, **more
    )


def past_day(text: str) -> date:
    """Read a day that is not in the future."""
    found = params.day(text)
    if found > clock.local_today():
        raise ValueError(_("不晚于今天（%(today)s）", today=clock.local_today().isoformat()))
    return found


def nothing() -> None:
    """Refuse every parameter but the language."""
    params.strictly({})


def repeated(name: str) -> list[str]:
    """Return each value of the one parameter that may occur several times."""
    for other, value in request.args.items(multi=True):
        if other not in (name, "lang"):
            raise BadParameter(other, value, f"{name}, lang", is_known=False)
        if other == "lang" and value not in LANGUAGES:
            raise BadParameter(other, value, ", ".join(LANGUAGES))
    return request.args.getlist(name)


def identifiers(values: list[str], most: int) -> list[str]:
    """Check a list of numbers of parties as they were given.

    Raises:
        BadParameter: there are none, too many, or one is no number at all.

    """
    accepted = _("1 至 %(most)s 个标识代码，每个以 identifier= 写明", most=most)
    if not 1 <= len(values) <= most:
        raise BadParameter("identifier", str(len(values)), accepted)
    for value in values:
        try:
            params.identifier(value)
        except ValueError:
            raise BadParameter("identifier", value, accepted) from None
    return values


_PAGED: dict[str, Any] = {
    "as_of": past_day, "cursor": params.cursor, "limit": params.number(1, LARGEST_PAGE),
    "total": params.truth,
}  # fmt: skip
_WHOLE: dict[str, Any] = {"as_of": past_day}
_MORE: dict[str, dict[str, Any]] = {
    "json": _PAGED, "ndjson": _WHOLE, "xlsx": _WHOLE,
    "csv": _WHOLE | {"profile": params.member_of("machine", "excel")},
}  # fmt: skip
