"""Two languages: Chinese is the source, English is complete; the choice stands in the address."""

from pathlib import Path
from typing import Any

from babel.support import NullTranslations
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, get_translations

LANGUAGES = ("zh", "en")
_LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
_FOLDER = Path(__file__).resolve().parent.parent / "translations"


def set_up(app: Flask) -> None:
    """Make `app` speak both languages; `?lang=en` stays in every link of an English page."""
    app.config["BABEL_DEFAULT_LOCALE"] = _LOCALES["zh"]
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(_FOLDER)
    Babel(app, locale_selector=lambda: _LOCALES[language()])
    words = app.jinja_env
    #: As Flask-Babel does it, but the catalogue is looked for once a request and not once a word, of which
    #: a long page has a thousand.
    words.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: _catalogue().ugettext(text),
        lambda one, many, count: _catalogue().ungettext(one, many, count),
        newstyle=True,
        pgettext=lambda about, text: _catalogue().upgettext(about, text),
        npgettext=lambda about, one, many, count: _catalogue().unpgettext(about, one, many, count),
    )
    words.globals["_"] = words.globals["gettext"]

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
