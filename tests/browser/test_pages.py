"""A real Chromium looks at every kind of page, wide and narrow, in both languages."""

from urllib.parse import quote

import pytest
from flask import Flask
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import url_contains
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.screen import PAPER, look, resize
from tests.browser.sights import REFUSALS, in_english, sights

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.enable_socket]

#: A desk, the same desk at 200 % zoom, and a telephone.
WIDTHS = (1280, 640, 390)

#: Elements that stick out of the page; regions that scroll by themselves may.
OVERFLOW = """
const root = document.documentElement, wide = root.clientWidth + 1;
if (root.scrollWidth <= wide) return [];
return [...document.querySelectorAll('body *')].filter(e => {
  if (e.closest('[tabindex="0"], pre, .visually-hidden, .skip-link')) return false;
  const box = e.getBoundingClientRect();
  return box.width > 0 && box.right > wide;
}).map(e => e.tagName + '.' + e.className).slice(0, 5);
"""
_STRUCTURE = """
return {
  h1: document.querySelectorAll('h1').length,
  captionless: [...document.querySelectorAll('table')].filter(t => !t.caption && !t.closest('.prose')).length,
  headless: [...document.querySelectorAll('table')].filter(t => !t.querySelector('th[scope]')).length,
  unlabelled: [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
    .filter(e => !e.labels.length && !e.getAttribute('aria-label')).length,
  inline: document.querySelectorAll('[style], style, script:not([src]):not([type="application/ld+json"])').length,
  main: document.querySelectorAll('main').length,
  lang: document.documentElement.lang,
};
"""


@pytest.fixture(scope="module")
def every_page(address: str, site: Flask) -> list[str]:
    """One of each kind of page."""
    return [address + page for page in sights(site.test_client()).values()]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_of_page_fits_and_is_well_formed(
    browser: Chrome, every_page: list[str], width: int, language: str
) -> None:
    resize(browser, width)
    faults = []

    for page in every_page:
        browser.get(in_english(page) if language == "en" else page)
        structure = browser.execute_script(_STRUCTURE)
        sticking_out = browser.execute_script(OVERFLOW)
        expected = {
            "h1": 1, "captionless": 0, "headless": 0, "unlabelled": 0, "inline": 0, "main": 1,
            "lang": "en" if language == "en" else "zh-Hans",
        }  # fmt: skip
        if structure != expected or sticking_out:
            faults.append((page, structure, sticking_out))

    assert faults == [], "\n".join(map(str, faults))


def test_large_print_and_paper_lose_nothing_at_the_side(
    browser: Chrome, every_page: list[str]
) -> None:
    faults = []
    for page in every_page:
        resize(browser, 390)
        browser.get(f"{page}{'&' if '?' in page else '?'}view=large")
        faults += [(page, "large", each) for each in browser.execute_script(OVERFLOW)]
        resize(browser, PAPER)
        look(browser, paper=True)
        faults += [(page, "paper", each) for each in browser.execute_script(OVERFLOW)]
        look(browser)

    assert faults == [], "\n".join(map(str, faults))


def test_no_page_complains_in_the_console(browser: Chrome, every_page: list[str]) -> None:
    browser.get_log("browser")  # type: ignore[no-untyped-call]

    for page in every_page:
        browser.get(page)
    complaints = [
        entry["message"]
        for entry in browser.get_log("browser")  # type: ignore[no-untyped-call]
        if not any(f"{address} - Failed to load" in entry["message"] for address in REFUSALS)
    ]

    assert complaints == []


def test_the_keyboard_alone_reaches_the_content_and_the_search(
    browser: Chrome, address: str
) -> None:
    resize(browser, 1280)
    browser.get(f"{address}/")

    wait = WebDriverWait(browser, 10)
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    first = browser.switch_to.active_element.get_attribute("href")
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    wait.until(lambda page: page.current_url.endswith("#content"))
    browser.switch_to.active_element.send_keys(Keys.TAB)
    wait.until(lambda page: page.switch_to.active_element.get_attribute("name") == "q")
    browser.switch_to.active_element.send_keys("示例市", Keys.ENTER)
    wait.until(lambda page: "/search?" in page.current_url)

    assert first == f"{address}/#content"
    assert browser.find_elements(By.CSS_SELECTOR, "main a[href*='/entities/']")


def _checked_party(site: Flask) -> str:
    """Return the name of a party with a published result, spelled out."""
    client = site.test_client()
    for result in client.get("/api/v1/results").json["data"]:  # type: ignore[index]
        party = client.get(f"/api/v1/entities/{result['entity_id']}").json["data"]  # type: ignore[index]
        if "＊" not in party["name"]:
            return str(party["name"])
    raise LookupError


def test_the_keyboard_alone_leads_from_search_to_party_to_result(
    browser: Chrome, address: str, site: Flask
) -> None:
    resize(browser, 1280)
    browser.get(f"{address}/search?q={quote(_checked_party(site))}&kind=entity")
    wait = WebDriverWait(browser, 10)

    for section in ("entities", "results"):
        for _press in range(120):
            browser.switch_to.active_element.send_keys(Keys.TAB)
            focus = browser.switch_to.active_element
            if f"/{section}/{section[0]}_" in str(focus.get_attribute("href")):
                break
        outline = focus.value_of_css_property("outline-style")
        focus.send_keys(Keys.ENTER)
        wait.until(url_contains(f"/{section}/{section[0]}_"))
        assert outline == "solid"


def test_a_list_can_be_filtered_and_paged_without_javascript(browser: Chrome, address: str) -> None:
    resize(browser, 1280)
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(f"{address}/results/?problem=true")
        first = {
            e.get_attribute("href")
            for e in browser.find_elements(By.CSS_SELECTOR, "main a[href*='/results/r_']")
        }
        browser.find_element(By.CSS_SELECTOR, "main a[href*='cursor=']").click()
        WebDriverWait(browser, 10).until(lambda page: "cursor=" in page.current_url)
        second = {
            e.get_attribute("href")
            for e in browser.find_elements(By.CSS_SELECTOR, "main a[href*='/results/r_']")
        }
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})

    assert len(first) == 50
    assert first & second == set()
