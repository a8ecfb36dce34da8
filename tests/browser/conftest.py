"""A real Chromium, and the demonstration's site for it to look at."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from selenium.webdriver import Chrome

from portal.kit.db import engine_for
from portal.public.app import create_app
from portal.register.search import keeping
from tests.browser.gallery import served
from tests.browser.screen import opened
from tests.stage import urls


@pytest.fixture(scope="module")
def site(demo: Path) -> Flask:
    """The site over the demonstration and its search index."""
    settings = urls(demo)[0]
    register = engine_for(settings.register_url)
    keeping.catch_up(register, keeping.Place.of(settings.search_url, settings.data))
    register.dispose()
    return create_app(settings)


@pytest.fixture(scope="module")
def address(site: Flask) -> Iterator[str]:
    """The site on a loopback port."""
    with served(site) as where:
        yield where


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    driver = opened(tmp_path_factory.mktemp("chromium"))
    yield driver
    driver.quit()
