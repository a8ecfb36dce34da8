"""The site over the whole demonstration, asked as a program would ask it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from portal.kit.db import engine_for
from portal.public.app import create_app
from tests.stage import urls


@pytest.fixture(scope="module")
def demo_site(demo: Path) -> Flask:
    return create_app(urls(demo)[0])


@pytest.fixture
def api(demo_site: Flask) -> FlaskClient:
    return demo_site.test_client()


def every(api: FlaskClient, address: str) -> Iterator[dict[str, Any]]:
    """Yield all rows of a list, page after page."""
    following: str | None = address
    while following:
        answer = api.get(following.removeprefix("https://mingcha.example"))
        assert answer.status_code == 200, answer.get_data(as_text=True)
        yield from answer.json["data"]  # type: ignore[index]
        following = answer.json["next"]  # type: ignore[index]


@pytest.fixture
def migrated_register(data: Path) -> Iterator[sa.Engine]:
    """The register under the site, to be written by the pen alone."""
    engine = engine_for(urls(data)[0].register_url)
    yield engine
    engine.dispose()
