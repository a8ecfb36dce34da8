"""English is complete.

Context: Chinese is the source language of every page, English a catalogue. Decision: every word
that templates and views mark for translation has an English wording, and the compiled catalogue
is the one its source gives. Consequence: a new Chinese sentence fails here until it is translated.
"""

import io
import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "portal" / "translations" / "en" / "LC_MESSAGES"
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def _english() -> Catalog:
    with (CATALOGUE / "messages.po").open("rb") as file:
        return read_po(file)


def _marked() -> set[str]:
    found: set[str] = set()
    for folder, method in (
        (ROOT / "portal" / "public", [("**.py", "python")]),
        (ROOT / "templates" / "public", [("**.html", "jinja2")]),
        (ROOT / "templates" / "shared", [("**.html", "jinja2")]),
    ):
        for _, _, message, _, _ in extract_from_dir(
            folder,
            method_map=method,
            keywords={"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)},
        ):
            found.update([message] if isinstance(message, str) else message)
    return found


def test_every_marked_word_has_an_english_wording() -> None:
    english = {
        each
        for message in _english()
        if message.string and not message.fuzzy
        for each in ([message.id] if isinstance(message.id, str) else message.id)
    }

    assert sorted(_marked() - english) == []


def test_translations_keep_their_placeholders() -> None:
    broken = [
        message.id
        for message in _english()
        if isinstance(message.id, str)
        and isinstance(message.string, str)
        and message.id
        and set(_PLACEHOLDER.findall(message.id)) != set(_PLACEHOLDER.findall(message.string))
    ]

    assert broken == []


def test_the_compiled_catalogue_is_the_one_its_source_gives() -> None:
    compiled = io.BytesIO()
    write_mo(compiled, _english())
    compiled.seek(0)
    with (CATALOGUE / "messages.mo").open("rb") as file:
        shipped = {str(m.id): m.string for m in read_mo(file) if m.id}

    assert shipped == {str(m.id): m.string for m in read_mo(compiled) if m.id}


def test_no_template_of_the_public_side_holds_unmarked_chinese() -> None:
    """Text outside a gettext call would stay Chinese on an English page."""
    word = r"\s*(?:\"[^\"]*\"|'[^']*')"
    marked = re.compile(
        rf"(?:{word}:)?\s*\b(?:_\({word}|ngettext\({word},{word}|pgettext\({word},{word})",
        re.DOTALL,
    )
    unmarked = []
    for folder in ("public", "shared"):
        for path in (ROOT / "templates" / folder).rglob("*.html"):
            text = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
            text = marked.sub("", text)
            if path.name == "base.html":
                text = text.replace(">中文<", "><")
            if match := re.search(r"[\u4e00-\u9fff]+", text):
                unmarked.append((path.name, match[0]))

    assert unmarked == [], unmarked
