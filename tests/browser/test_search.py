"""Searching as people do it: typing, choosing with the arrows, Enter; and without any script."""

import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.screen import WIDTHS, resize

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.enable_socket]


def _offers(browser: Chrome) -> list[WebElement]:
    return WebDriverWait(browser, 20).until(
        lambda page: page.find_elements(By.CSS_SELECTOR, ".offers:not([hidden]) [role=option]")
    )


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("path", "box"), [("/", "q"), ("/results/", "site-q")])
def test_type_arrow_enter_opens_the_party(
    browser: Chrome, address: str, width: int, path: str, box: str
) -> None:
    resize(browser, width)
    browser.get(f"{address}{path}")
    field = browser.find_element(By.ID, box)

    field.send_keys("示例市")
    offers = _offers(browser)
    field.send_keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    active = field.get_attribute("aria-activedescendant")
    name, wanted = field.get_attribute("value"), offers[1].get_attribute("data-url")
    field.send_keys(Keys.ENTER)
    WebDriverWait(browser, 20).until(lambda page: str(wanted) in page.current_url)

    assert active == offers_id(box, 1)
    assert browser.find_element(By.TAG_NAME, "h1").text.splitlines()[-1] == name


def offers_id(box: str, place: int) -> str:
    return f"{box}-offers-{place}"


def test_escape_gives_back_what_was_typed_and_enter_searches_for_it(
    browser: Chrome, address: str
) -> None:
    resize(browser, 1280)
    browser.get(f"{address}/")
    field = browser.find_element(By.ID, "q")

    field.send_keys("示例市")
    _offers(browser)
    expanded = field.get_attribute("aria-expanded")
    field.send_keys(Keys.ARROW_DOWN, Keys.ESCAPE)
    left = (field.get_attribute("value"), field.get_attribute("aria-expanded"))
    field.send_keys(Keys.ENTER)
    WebDriverWait(browser, 20).until(lambda page: "/search?" in page.current_url)

    assert (expanded, left) == ("true", ("示例市", "false"))
    assert browser.find_elements(By.CSS_SELECTOR, "main mark")


def test_search_narrows_and_pages_without_javascript(browser: Chrome, address: str) -> None:
    resize(browser, 390)
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(f"{address}/")
        browser.find_element(By.ID, "q").send_keys("检查", Keys.ENTER)
        WebDriverWait(browser, 20).until(lambda page: "/search?" in page.current_url)
        choice = browser.find_element(By.CSS_SELECTOR, ".facet a[href*='kind=result']")
        count = choice.find_element(By.CLASS_NAME, "facet__count").text
        choice.click()
        WebDriverWait(browser, 20).until(lambda page: "kind=result" in page.current_url)
        heading = browser.find_element(By.ID, "found").text
        browser.find_element(By.CSS_SELECTOR, "a[rel=next]").click()
        WebDriverWait(browser, 20).until(lambda page: "page=2" in page.current_url)
        kinds = {each.text for each in browser.find_elements(By.CSS_SELECTOR, ".entry .kind")}
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})

    assert heading == f"共查到{count}条"
    assert kinds == {"抽查结果"}
