"""Small pieces of pages that stand in every line of a list: names, days, tags, links, markers.

Templates call them by these names. They are written here and not as macros because a page calls them a
thousand times, and a macro takes ten times as long. Markup is what stands below and nothing else: values
are put into it by `fill`, which escapes them.
"""

from collections.abc import Iterable, MutableMapping
from datetime import date as Day  # noqa: N812 - `date` is what templates call the piece
from types import FunctionType
from typing import Any, LiteralString, Protocol

from flask import Flask
from jinja2.environment import Environment, Template, TemplateModule
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape  # noqa: TID251 - texts that stand here, filled by `fill`

from portal.domain.grounds import Ground
from portal.kit.i18n import language
from portal.kit.i18n import written as _
from portal.public import filters
from portal.public.linking import url_for
from portal.public.viewing import view
from portal.register.parts import Withheld
from portal.register.records import PublicResult
from portal.register.search.snippets import Piece

_CHINESE = '<span lang="zh-Hans">%s</span>'
_ABSENT = '<span class="fact--absent">%s</span>'
_TIME = '<time datetime="%s">%s</time>'
_WITHHELD = (
    '<span class="withheld"><span class="withheld__mark">%s</span>'
    ' <span class="withheld__ground">%s%s%s</span></span>'
)
_LINK = '<a href="%s">%s</a>'
_MARK = "<mark>%s</mark>"
_TAG = '<span class="tag tag--%s">%s</span>'
_BESIDE = "%s %s"
_NOTHING = Markup("")
_DASH = Markup('<span class="fact--absent">—</span>')


class _Named(Protocol):
    """What is linked to by its name."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...


class _Kept(Protocol):
    """A record of which something may be kept back."""

    @property
    def withheld(self) -> tuple[Withheld, ...]: ...


def set_up(app: Flask) -> None:
    """Let the templates of `app` call the pieces."""
    app.extensions |= {"around": {}, "whole": {}}
    app.jinja_env.context_class, app.jinja_env.template_class = _Context, _Template
    app.jinja_env.globals.update(
        url_for=url_for, language=language, chosen_view=view, zh=zh, marked=marked, dash=dash, date=date, when=when, until=until, at=at,
        provision=provision, marker=marker, open_text=open_text, agency_link=agency_link,
        entity_link=entity_link, items_of=items_of, outcome_tag=outcome_tag, status_tag=status_tag,
        state_tag=state_tag, disputed_tag=disputed_tag, withheld=withheld,
    )  # fmt: skip


class _Template(Template):
    """Hands out its macros as they are: names that all share are the environment's, and none brings more.

    Jinja compares all names with all of the other's whenever a template takes a macro from another, and copies
    what is markup already wherever it is put in: a table of fifty rows ten times.
    """

    @classmethod
    def _from_namespace(
        cls,
        environment: Environment,
        namespace: MutableMapping[str, Any],
        globals: MutableMapping[str, Any],  # noqa: A002 - as Jinja has it
    ) -> "Template":
        namespace["escape"] = _escape
        return super()._from_namespace(environment, namespace, globals)

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        del ctx
        return super()._get_default_module()


def _escape(value: object) -> Markup:
    return value if type(value) is Markup else escape(value)


class _Context(Context):
    """Calls at once what needs nothing of a template.

    Jinja looks at every call whether the called one wants the context, which a function says by a mark, and
    a macro for its escaping, which is the same on all our pages; a long page makes a thousand calls.
    """

    def call(__self, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401, N805, PYI063 - as Jinja has it
        """Call `__obj`."""
        plain = type(__obj) is FunctionType and not hasattr(__obj, "jinja_pass_arg")
        if plain or type(__obj) is Macro:
            kwargs.pop("_loop_vars", None)
            kwargs.pop("_block_vars", None)
            return __obj(*args, **kwargs)
        return super().call(__obj, *args, **kwargs)


def fill(pattern: LiteralString, *values: object) -> Markup:
    """Put values, each escaped, into markup that stands in this file."""
    return Markup(pattern % tuple(map(_escape, values)))  # noqa: S704


def zh(text: object) -> Markup:
    """Text of a record, Chinese on an English page too: marked there, to be read out and set right."""
    if language() == "en":
        return fill(_CHINESE, text)
    return escape(text)


def marked(found: Iterable[Piece]) -> Markup:
    """Write a text of a record, what matched in it marked."""
    text = _NOTHING.join(fill(_MARK, each.text) if each.marked else each.text for each in found)
    return zh(text)


def dash() -> Markup:
    """Stand for a related record that is not shown."""
    return _DASH


def date(day: Day | None) -> Markup:
    """Write a day for programs, and for people in the language of the page."""
    if day is None:
        return fill(_ABSENT, _("未公开"))
    return fill(_TIME, day.isoformat(), filters.format_date(day))


def when(day: Day | None, month_only: bool = False) -> Markup:  # noqa: FBT001, FBT002 - as templates call it
    """Write a day; or its month, where the day is not shown."""
    if month_only and day is not None:
        return fill(_TIME, f"{day:%Y-%m}", filters.month(day))
    return date(day)


def until(day: Day | None, month_only: bool = False) -> Markup:  # noqa: FBT001, FBT002
    """Write the last day of a period; or the end of its month."""
    return _("%(month)s底", month=when(day, month_only)) if month_only else date(day)


def at(day: Day | None, month_only: bool = False) -> Markup:  # noqa: FBT001, FBT002
    """Write when something happened, as part of a sentence."""
    if month_only:
        return _("于%(month)s", month=when(day, month_only))
    return _("于%(day)s", day=date(day))


def provision(article: str) -> str:
    """Return the name of the provision a ground rests on, in the language of the page."""
    return {
        "《中华人民共和国政府信息公开条例》第十四条": _(
            "《中华人民共和国政府信息公开条例》第十四条"
        ),
        "《中华人民共和国政府信息公开条例》第十五条": _(
            "《中华人民共和国政府信息公开条例》第十五条"
        ),
        "《中华人民共和国政府信息公开条例》第十六条": _(
            "《中华人民共和国政府信息公开条例》第十六条"
        ),
    }.get(article, article)


def marker(record: _Kept, field: str) -> Markup:
    """Return the marker of a field that is kept back; empty when the field is open."""
    if not record.withheld:
        return _NOTHING
    return _NOTHING.join(
        withheld(Ground(each.ground).label(language()), provision(each.article))
        for each in record.withheld
        if each.field == field
    )


def withheld(ground: str, article: str | None = None) -> Markup:
    """Stand where a withheld value would be: always the same words, the ground, the article if there is one.

    It never receives the value.
    """
    comma = _("，") if article else ""
    return fill(_WITHHELD, _("不予公开"), ground, comma, article or "")


def open_text(record: _Kept, field: str, text: str | None) -> Markup:
    """Write a text that may be kept back: the marker, the text, both where it is masked, or a dash."""
    mark = marker(record, field)
    if mark:
        return mark if text is None else fill(_BESIDE, zh(text), mark)
    return dash() if text is None else zh(text)


def agency_link(agency: _Named | None) -> Markup:
    """Link to a body that inspects, or a dash."""
    return dash() if agency is None else _link("agencies.show", agency.id, agency.name)


def entity_link(entity: _Named | None) -> Markup:
    """Link to an inspected party, or a dash."""
    return dash() if entity is None else _link("entities.show", entity.id, entity.name)


def _link(endpoint: str, public_id: str, name: str) -> Markup:
    return fill(_LINK, url_for(endpoint, public_id=public_id), zh(name))


def items_of(result: PublicResult) -> Markup:
    """Say what was looked at in one check, in one line."""
    names = list(dict.fromkeys(finding.item_name for finding in result.findings))
    if len(names) == 1:
        return zh(names[0])
    return _("%(item)s等%(count)s项", item=zh(names[0]), count=len(names))


def outcome_tag(label: str, is_problem: bool = False) -> Markup:  # noqa: FBT001, FBT002
    """Say what a check found. `is_problem`: a finding, whether or not it has since been dealt with."""
    return status_tag(label, "problem" if is_problem else "neutral")


def status_tag(label: str, state: str) -> Markup:
    """Say where the follow-up stands. `state`: open, overdue, closed, neutral or disputed."""
    return fill(_TAG, state, label)


def state_tag(state: str) -> Markup:
    """Say where the follow-up of a check stands; a dash where there is none."""
    if state == "open":
        return status_tag(_("处理中"), state)
    if state == "overdue":
        return status_tag(_("逾期未完结"), state)
    return status_tag(_("已完结"), state) if state == "closed" else dash()


def disputed_tag(result: PublicResult) -> Markup:
    """Say that an objection about a result is being handled."""
    return status_tag(_("异议处理中"), "open") if result.disputed else _NOTHING
