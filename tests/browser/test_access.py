"""Every kind of page passes WCAG 2.2 AA by axe-core, at both widths, in both languages, light and dark."""

import pytest
from flask import Flask
from selenium.webdriver import Chrome

from tests.browser.audit import checker, violations
from tests.browser.screen import WIDTHS, look, resize
from tests.browser.sights import in_english, sights

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.enable_socket]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing_on_any_kind_of_page(
    browser: Chrome, address: str, site: Flask, width: int, language: str
) -> None:
    program = checker()
    resize(browser, width)
    faults = []

    for name, page in sights(site.test_client()).items():
        look(browser)
        browser.get(address + (in_english(page) if language == "en" else page))
        for dark in (False, True):
            look(browser, dark=dark)
            faults += [(name, dark, each) for each in violations(browser, program)]
    look(browser)

    assert faults == [], "\n".join(map(str, faults))
