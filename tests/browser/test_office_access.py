"""Every kind of page of the office passes WCAG 2.2 AA by axe-core and fits a desk and a telephone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from portal.internal.app import create_app
from portal.internal.demo.load import PASSWORD
from tests import stage
from tests.browser.audit import checker, violations
from tests.browser.gallery import served
from tests.browser.office_sights import office_sights
from tests.browser.screen import WIDTHS, look, resize
from tests.browser.test_pages import OVERFLOW
from tests.stage import urls

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.enable_socket]


@pytest.fixture(scope="module")
def office_demo(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demonstration's office, to be written to."""
    folder = stage.copy(demo, tmp_path_factory.mktemp("office") / "data")
    yield create_app(*urls(folder))
    stage.clear(folder)


def sign_in(browser: Chrome, desk: str, name: str) -> None:
    browser.delete_all_cookies()
    browser.get(f"{desk}/sign-in")
    browser.find_element(By.NAME, "name").send_keys(name)
    browser.find_element(By.NAME, "password").send_keys(PASSWORD)
    browser.find_element(By.NAME, "password").submit()
    WebDriverWait(browser, 60).until(lambda _: "/sign-in" not in browser.current_url)


def test_axe_finds_nothing_on_any_kind_of_office_page_and_each_fits(
    browser: Chrome, office_demo: Flask, tmp_path: Path
) -> None:
    program, faults = checker(), []
    every = office_sights(office_demo, tmp_path)
    with served(office_demo) as desk:
        for person, pages in every.items():
            sign_in(browser, desk, person)
            for name, page in pages.items():
                for width in WIDTHS:
                    resize(browser, width)
                    browser.get(desk + page)
                    faults += [(name, width, e) for e in browser.execute_script(OVERFLOW)]
                for dark in (False, True):
                    look(browser, dark=dark)
                    faults += [(name, dark, each) for each in violations(browser, program)]
                look(browser)

    assert faults == [], "\n".join(map(str, faults))
    assert sum(map(len, every.values())) > 20
