"""What every list page does: read what is asked, fetch a page of it, show it with its downloads."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup  # noqa: TID251 - a template made
from sqlalchemy.orm import Session

from portal.kit.db import db
from portal.kit.i18n import language
from portal.public import kept, params
from portal.public.viewing import view

#: Asks one page of a list: session, cursor and conditions in; something with `rows` and `next` out.
Query = Callable[..., Any]
_FORMATS = ("csv", "xlsx", "json", "ndjson")


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list. `asked` is what it is narrowed to, as it was written."""

    word: str
    session: Session
    rows: list[Any]
    next: str | None
    asked: dict[str, str]
    continued: bool

    def show(self, template: str, **more: Any) -> ResponseReturnValue:  # noqa: ANN401 - what the template needs
        """Render the page."""
        return render_template(
            template,
            rows=self.rows,
            next=self.next,
            asked=self.asked,
            continued=self.continued,
            downloads=downloads(self.word, self.asked),
            **more,
        )

    def form(self, template: str, choices: Callable[[], dict[str, Any]]) -> Markup:
        """Return the form that narrows the list; `choices` are made of agencies and code lists.

        Kept until an agency changes: eight fields take longer than fifty lines that are known.
        """

        def make() -> Markup:
            return Markup(render_template(template, asked=self.asked, **choices()))  # noqa: S704 - a template of ours

        given = tuple(self.asked.items())
        made_of = template, language(), view(), given, kept.newest_agency()
        return kept.parts().of(made_of, make)


def listed(word: str, query: Query) -> Listed:
    """Read the request and fetch the page it asks for.

    Raises:
        BadParameter, BadCursor: the request cannot be understood.

    """
    session = db.session()
    asked = params.selection(word, cursor=params.cursor)
    cursor = asked.more.get("cursor")
    page = query(session, cursor=cursor, **asked.conditions)
    return Listed(word, session, page.rows, page.next, asked.given, cursor is not None)


def downloads(word: str, asked: dict[str, str]) -> list[tuple[str, str]]:
    """Return format and address of the whole list that `asked` narrows."""
    return [(kind.upper(), _address(word, kind, asked)) for kind in _FORMATS]


def _address(word: str, suffix: str, asked: dict[str, str]) -> str:
    query = asked | ({"lang": "en"} if language() == "en" else {})
    return f"/{word}.{suffix}" + (f"?{urlencode(query)}" if query else "")
