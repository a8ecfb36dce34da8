"""Two languages: Chinese is the source, English is complete; the choice stands in the address."""

from pathlib import Path
from typing import Any

from babel.support import NullTranslations
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, get_translations
from markupsafe import Markup  # noqa: TID251 - of wordings, which templates and catalogue hold

LANGUAGES = ("zh", "en")
_LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
_FOLDER = Path(__file__).resolve().parent.parent / "translations"
#: Wordings of templates that take no values, by language and source: as many as the templates hold.
_PLAIN: dict[tuple[str, str], Markup] = {}


def set_up(app: Flask) -> None:
    """Make `app` speak both languages; `?lang=en` stays in every link of an English page."""
    app.config["BABEL_DEFAULT_LOCALE"] = _LOCALES["zh"]
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(_FOLDER)
    Babel(app, locale_selector=lambda: _LOCALES[language()])
    app.jinja_env.globals.update(_=written, gettext=written, ngettext=numbered, pgettext=told_apart)

    @app.url_defaults
    def keep_language(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint != "static" and language() == "en":
            values.setdefault("lang", "en")


def language() -> str:
    """Return the language of this request: "en" if asked for, else "zh"."""
    found: str | None = getattr(g, "language", None)
    if found is None:
        found = "en" if has_request_context() and request.args.get("lang") == "en" else "zh"
        g.language = found
    return found


def _catalogue() -> NullTranslations:
    found: NullTranslations | None = getattr(g, "catalogue", None)
    if found is None:
        found = g.catalogue = get_translations()
    return found


# What templates call for words. As the extension of Jinja does it, the wording is the template's own and
# its values are escaped; but that one looks up the catalogue and copies the names of a loop for every word,
# of which a long page has hundreds.


def written(text: str, **values: object) -> Markup:
    """Return the wording of `text` in the language of the page, its values escaped and put in."""
    key = language(), text
    found = _PLAIN.get(key)
    if found is None:
        found = _PLAIN[key] = Markup(_catalogue().ugettext(text))  # noqa: S704 - a template's own words
    return found % values if values or "%" in found else found


def numbered(one: str, many: str, num: int, **values: object) -> Markup:
    """Return the wording for `num` of something, written with commas between thousands."""
    return Markup(_catalogue().ungettext(one, many, num)) % {"num": f"{num:,}", **values}  # noqa: S704


def told_apart(context: str, text: str, **values: object) -> Markup:
    """Return the wording of a text that has several, told apart by `context`."""
    return Markup(_catalogue().upgettext(context, text)) % values  # noqa: S704
