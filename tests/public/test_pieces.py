"""The small pieces of pages: whatever a record holds is text on the page, never markup."""

from collections.abc import Callable, Iterator
from datetime import date
from html.parser import HTMLParser

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from portal.kit import config, migrate
from portal.public import linking, pieces
from portal.public.app import create_app
from portal.public.pages import rows
from portal.public.pages.lines import ResultLine
from portal.public.pages.rows import By
from portal.register.columns.rows import Stored
from portal.register.parts import Withheld
from portal.register.queries.paging import Shown
from portal.register.records import (
    PublicAgency,
    PublicEntity,
    PublicFinding,
    PublicFollowUp,
    PublicResult,
    encode,
)
from portal.register.search.snippets import Piece

_DAY = date(2025, 6, 2)
#: Text as HTML can hold it, rich in what would be markup. A parser turns line ends into one kind.
_TEXTS = st.text(st.one_of(st.sampled_from("<>&\"'{}%/=!-;x"), st.characters(blacklist_categories=["Cs", "Cc"])))  # fmt: skip


def _agency(text: str) -> PublicAgency:
    return PublicAgency(id=f"a_{0:026x}", name=text, level="county", region="990101")


def _step(text: str, *fields: str) -> PublicFollowUp:
    kept = tuple(Withheld(field=each, ground="trade_secret", article=text) for each in fields)
    return PublicFollowUp(id=f"f_{0:026x}", agency_id=_agency("").id, result_id=f"r_{0:026x}", step="ordered", taken_on=_DAY, text=text, withheld=kept)  # fmt: skip


def _result(*names: str) -> PublicResult:
    findings = tuple(PublicFinding(item_name=each, outcomes=("no_problem",)) for each in names)
    return PublicResult(id=f"r_{0:026x}", agency_id=_agency("").id, entity_id=f"e_{0:026x}", inspected_on=_DAY, findings=findings)  # fmt: skip


#: Each piece that is given a text, with what stands around that text and the elements it may be made of.
_PIECES: dict[str, tuple[Callable[[str], Markup], str, list[str]]] = {
    "zh": (pieces.zh, "{}", []),
    "agency": (lambda text: pieces.agency_link(_agency(text)), "{}", ["a"]),
    "party": (
        lambda text: pieces.entity_link(PublicEntity(id=f"e_{0:026x}", name=text, kind="market_entity", form="enterprise")),
        "{}", ["a"],
    ),
    "tag": (lambda text: pieces.status_tag(text, "open"), "{}", ["span"]),
    "outcome": (pieces.outcome_tag, "{}", ["span"]),
    "one item": (lambda text: pieces.items_of(_result(text)), "{}", []),
    "two items": (lambda text: pieces.items_of(_result(text, text + "二")), "{}等2项", []),
    "what matched": (
        lambda text: pieces.marked([Piece(text, marked=True), Piece(text, marked=False)]), "{0}{0}", ["mark"],
    ),
    "open text": (lambda text: pieces.open_text(_step(text), "text", text), "{}", []),
    "marker": (
        lambda text: pieces.marker(_step(text, "text"), "text"),
        "不予公开 商业秘密，{}", ["span", "span", "span"],
    ),
    "marker of nothing stated": (pieces.withheld, "不予公开 {}", ["span", "span", "span"]),
}  # fmt: skip


class _Read(HTMLParser):
    """Reads markup as a browser does: elements, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.elements.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    settings = config.load({"PORTAL_DATA": str(tmp_path_factory.mktemp("site"))})
    for store in ("register", "letterbox"):
        migrate.upgrade(store, getattr(settings, f"{store}_url"))
    return create_app(settings)


@pytest.fixture(params=["", "?lang=en"])
def page(app: Flask, request: pytest.FixtureRequest) -> Iterator[str]:
    with app.test_request_context(f"/results/{request.param}"):
        yield request.param


@pytest.mark.parametrize("name", _PIECES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=_TEXTS.filter(bool))
def test_whatever_a_record_holds_is_text_on_the_page(name: str, page: str, text: str) -> None:
    made, around, elements = _PIECES[name]
    read = _Read(str(made(text)))
    chinese = ["span"] if page and name not in {"tag", "outcome"} and "marker" not in name else []
    if page:
        assert (sorted(read.elements), text in read.text) == (sorted(elements + chinese), True)
    else:
        assert (read.elements, read.text) == (elements, around.format(text))


@pytest.mark.parametrize(
    ("by", "with_agency"), [("entity", True), ("entity", False), ("date", True), ("date", False)]
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(names=st.tuples(*[_TEXTS.filter(bool)] * 3))
def test_a_row_of_a_table_of_checks_names_what_it_is_about_and_nothing_in_it_is_markup(
    by: By,
    with_agency: bool,  # noqa: FBT001 - a case of the test
    page: str,
    names: tuple[str, str, str],
) -> None:
    party, body, item = names
    result = _result(item)
    stored = Stored(result.id, 7, 1, _DAY.isoformat(), encode(result).decode())
    line = ResultLine(Shown(stored, PublicResult), (body, party), _DAY)
    read = _Read(str(rows.result_rows([line], by, with_agency)))
    elements = [
        "tr",
        "th",
        "a",
        *(["span"] if by == "entity" else []),
        "td",
        "td",
        "td",
        "time",
        "span",
        "span",
    ]
    elements += ["td", "a"] if with_agency else []
    said = [item, *([body] if with_agency else []), *([party] if by == "entity" else [])]
    chinese = ["span"] * len(said) if page else []
    assert sorted(read.elements) == sorted([*elements, *chinese])
    assert [text in read.text for text in said] == [True] * len(said)


def test_an_address_of_a_record_keeps_language_and_view(app: Flask) -> None:
    agency = _agency("甲局")
    found = {}
    for asked in ("", "?lang=en", "?view=large", "?lang=en&view=large", "?view=odd"):
        with app.test_request_context(f"/results/{asked}"):
            found[asked] = [linking.url_for("agencies.show", public_id=agency.id) for _ in "12"]
    path = f"/agencies/{agency.id}"
    assert found == {
        "": [path] * 2, "?lang=en": [f"{path}?lang=en"] * 2, "?view=large": [f"{path}?view=large"] * 2,
        "?lang=en&view=large": [f"{path}?lang=en&view=large"] * 2, "?view=odd": [path] * 2,
    }  # fmt: skip


def test_an_id_that_an_address_cannot_hold_as_it_is_is_quoted(app: Flask) -> None:
    with app.test_request_context("/"):
        assert linking.url_for("agencies.show", public_id='a"b c') == "/agencies/a%22b%20c"
