"""What is around every page: its sections, the links at its foot, the ways to see it.

Most of it is the same on every page of one language and view, and made once.
"""

from dataclasses import dataclass

from flask import Flask, current_app, g, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup  # noqa: TID251 - templates made

from portal.kit import clock
from portal.kit.config import Settings
from portal.kit.i18n import language
from portal.public import viewing
from portal.public.feeds import offers

#: Address and name.
_Link = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Frame:
    """Around the pages of one language and view. `beginnings`: of the paths that belong to each section but the first."""

    nav: list[_Link]
    beginnings: list[tuple[str, ...]]
    foot: list[_Link]
    #: Templates made of this and few more facts, by both.
    made: dict[tuple[object, ...], Markup]


def set_up(app: Flask) -> None:
    """Give every page of `app` what stands around it."""
    app.extensions["frames"] = {}
    app.context_processor(_page_words)
    app.jinja_env.globals["framed"] = _framed


def _page_words() -> dict[str, object]:
    """What every page needs around its content."""
    settings, frame, here = _settings(), _frame(), request.path
    return {
        "site_name": settings.site_name,
        "lang": language(),
        "zone": "public",
        "feed": offers.of_page(),
        "nav": frame.nav,
        "section": _section(frame, here),
        "other_lang_url": viewing.here_with("lang", None if language() == "en" else "en"),
        "view": viewing.view(),
        "views": viewing.choices(),
        "today": clock.local_today(),
        "serial": g.get("serial"),
        "footer_links": frame.foot,
        "as_of": g.get("as_of"),
        "permalink": settings.site_url + here if request.endpoint else None,
    }


def _framed(template: str, **facts: object) -> Markup:
    """Return a template that is made of these facts, language and view: few, whatever is asked."""
    made = _frame().made
    key = template, *facts.values()
    found = made.get(key)
    if found is None:
        found = made[key] = Markup(render_template(template, **facts))  # noqa: S704 - a template of ours
    return found


def _section(frame: _Frame, path: str) -> int | None:
    """Return which section a path belongs to, the front page being the first."""
    if path == "/":
        return 0
    belongs = (n for n, each in enumerate(frame.beginnings, 1) if path.startswith(each))
    return next(belongs, None)


def _frame() -> _Frame:
    frames: dict[tuple[str, str | None], _Frame] = current_app.extensions["frames"]
    key = language(), viewing.view()
    found = frames.get(key)
    if found is None:
        found = frames[key] = _made()
    return found


def _made() -> _Frame:
    sections = (
        ("results.index", _("抽查结果"), "/followups/"),
        ("plans.index", _("抽查计划"), "/tasks/"),
        ("draws.index", _("抽取记录"), None),
        ("items.index", _("抽查事项"), None),
        ("entities.index", _("检查对象"), None),
        ("agencies.index", _("检查主体"), None),
        ("documents.index", _("文件"), None),
    )
    nav, beginnings = [(url_for("home.index"), _("首页"))], []
    for endpoint, label, beside in sections:
        address = url_for(endpoint)
        nav.append((address, label))
        beginnings.append((address.split("?")[0], *([beside] if beside else [])))
    return _Frame(nav, beginnings, _foot(), {})


def _foot() -> list[_Link]:
    return [
        (url_for("statistics.index"), _("统计")),
        (url_for("withheld.index"), _("不予公开情况")),
        (url_for("replies.find"), _("来信办理状态")),
        (url_for("log.index"), _("公开日志")),
        (url_for("reference.api"), _("开放数据")),
        (url_for("downloads.index"), _("全部数据")),
        (url_for("feed_page.index"), _("订阅")),
        (url_for("docs.show", name="about"), _("关于本站")),
        (url_for("docs.index"), _("使用说明")),
        (url_for("docs.show", name="rights"), _("您的权利")),
        (url_for("docs.show", name="privacy"), _("隐私说明")),
        (url_for("docs.show", name="accessibility"), _("无障碍说明")),
        (url_for("docs.show", name="contact"), _("联系方式")),
        (_settings().license_url, _("数据使用许可")),
    ]


def _settings() -> Settings:
    settings: Settings = current_app.config["PORTAL"]
    return settings
