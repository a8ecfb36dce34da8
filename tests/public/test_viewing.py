"""Large print, dark, light: in the address, kept in links, known to caches, foreign to programs."""

import re

import pytest
from flask.testing import FlaskClient

from tests.conftest import Office
from tests.makers import RESULT_ROW


@pytest.mark.parametrize("view", ["large", "dark", "light"])
def test_the_choice_is_on_the_page_and_in_its_links(
    office: Office, client: FlaskClient, view: str
) -> None:
    office.put("results", RESULT_ROW)

    page = client.get("/results/", query_string={"view": view}).get_data(as_text=True)
    links = re.findall(r'href="(/(?:results|entities|agencies|docs)/[^"]*)"', page)
    others = {"/results/"} | {f"/results/?view={other}" for other in ("large", "dark", "light")}

    assert f'<html lang="zh-Hans" data-view="{view}">' in page
    assert [link for link in links if f"view={view}" not in link and link not in others] == []
    assert page.count(f'name="view" value="{view}"') == 2


def test_a_choice_that_is_none_is_refused(client: FlaskClient) -> None:
    assert client.get("/results/?view=pink").status_code == 400


def test_each_way_to_see_a_page_is_kept_apart(client: FlaskClient) -> None:
    tags = {client.get(f"/{query}").headers["ETag"] for query in ("", "?view=dark", "?view=large")}

    assert len(tags) == 3


def test_the_interface_for_programs_does_not_know_it(client: FlaskClient) -> None:
    assert client.get("/api/v1/results?view=dark").status_code == 400


@pytest.mark.parametrize(
    "query", ["_external=1", "endpoint=x", "_scheme=x", "view=dark&view=large"]
)
def test_a_strange_parameter_is_an_error_page_and_not_a_fault(
    client: FlaskClient, query: str
) -> None:
    assert client.get(f"/results/?{query}").status_code == 400
