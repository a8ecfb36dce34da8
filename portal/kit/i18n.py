"""Two languages: Chinese is the source, English is complete; the choice stands in the address."""

from pathlib import Path
from typing import Any

from flask import Flask, g, has_request_context, request
from flask_babel import Babel

LANGUAGES = ("zh", "en")
_LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
_FOLDER = Path(__file__).resolve().parent.parent / "translations"


def set_up(app: Flask) -> None:
    """Make `app` speak both languages; `?lang=en` stays in every link of an English page."""
    app.config["BABEL_DEFAULT_LOCALE"] = _LOCALES["zh"]
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(_FOLDER)
    Babel(app, locale_selector=lambda: _LOCALES[language()])

    @app.url_defaults
    def keep_language(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint != "static" and language() == "en":
            values.setdefault("lang", "en")


def language() -> str:
    """Return the language of this request: "en" if asked for, else "zh"."""
    if "language" not in g:
        g.language = "en" if has_request_context() and request.args.get("lang") == "en" else "zh"
    return str(g.language)
