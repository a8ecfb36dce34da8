"""Without JavaScript: every kind of page shows what it shows with it, and every form is answered."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.ui import WebDriverWait
from sqlalchemy.orm import Session

from portal.domain.replies import LetterKind
from portal.internal.desk import letters
from portal.internal.desk.stores import open_stores
from portal.kit import clock
from portal.public.app import create_app
from tests import stage
from tests.browser.gallery import served
from tests.browser.screen import resize
from tests.browser.sights import sights
from tests.stage import urls

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.enable_socket]

#: Pages whose purpose is to compute in the reader's own browser; they say what to do without.
COMPUTING = {"draws-check": "portal-site recompute", "log-check": "portal-site verify-log"}
_PDF = b"%PDF-1.4\nevidence\n%%EOF\n"


@contextmanager
def no_scripts(browser: Chrome) -> Iterator[None]:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        yield
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def words(browser: Chrome) -> str:
    return browser.find_element(By.TAG_NAME, "main").text


def seen(browser: Chrome, selector: str) -> WebElement:
    """Wait for the page that has this, and return it."""
    return WebDriverWait(browser, 20).until(
        lambda page: page.find_element(By.CSS_SELECTOR, selector)
    )


def await_address(browser: Chrome, part: str) -> None:
    WebDriverWait(browser, 20).until(lambda page: part in page.current_url)


def test_every_kind_of_page_says_the_same_without_scripts(
    browser: Chrome, address: str, site: Flask
) -> None:
    resize(browser, 1280)
    pages = sights(site.test_client())
    told = {}
    for name, page in pages.items():
        browser.get(address + page)
        told[name] = words(browser)
    untold = {}
    with no_scripts(browser):
        for name, page in pages.items():
            browser.get(address + page)
            untold[name] = words(browser)

    assert min(map(len, untold.values())) > len("没有查到已公开的记录")
    assert {name for name in pages if told[name] != untold[name]} == set(COMPUTING)
    assert {name: word in untold[name] for name, word in COMPUTING.items()} == dict.fromkeys(
        COMPUTING, True
    )


def test_figures_and_feeds_are_asked_for_without_scripts(browser: Chrome, address: str) -> None:
    resize(browser, 390)
    with no_scripts(browser):
        browser.get(f"{address}/statistics/outcomes")
        browser.find_element(By.NAME, "year").send_keys("2025", Keys.ENTER)
        await_address(browser, "year=2025")
        quarters = browser.find_elements(By.XPATH, "//table[.//th[.='按季度']]/tbody//th")
        named = {each.text[:5] for each in quarters}
        browser.get(f"{address}/feeds/")
        browser.find_element(By.ID, "f-q").send_keys("电梯", Keys.ENTER)
        await_address(browser, "q=")
        wished = [e.text for e in browser.find_elements(By.CSS_SELECTOR, ".notice li a")]

    assert named == {"2025年"}
    assert [each.partition("?")[0].rpartition("/")[2] for each in wished] == [
        "search.atom", "search.rss", "search.feed.json"
    ]  # fmt: skip


def test_an_objection_with_evidence_is_sent_and_followed_without_scripts(
    browser: Chrome, demo: Path, tmp_path: Path
) -> None:
    data = stage.copy(demo, tmp_path / "data")
    app = create_app(urls(data)[0])
    about = sights(app.test_client())["letter"]
    (tmp_path / "evidence.pdf").write_bytes(_PDF)
    resize(browser, 390)
    with served(app) as address, no_scripts(browser):
        browser.get(address + about)
        Select(browser.find_element(By.NAME, "kind")).select_by_value(LetterKind.OBJECTION.value)
        browser.find_element(By.NAME, "text").send_keys("请")
        browser.find_element(By.CSS_SELECTOR, ".form [type=submit]").click()
        mend = seen(browser, "[role=alert] a").get_attribute("href")
        browser.find_element(By.NAME, "text").send_keys("复核这一结果。")
        browser.find_element(By.NAME, "evidence").send_keys(str(tmp_path / "evidence.pdf"))
        browser.find_element(By.CSS_SELECTOR, ".form [type=submit]").click()
        reference = seen(browser, "p.page-title .code").text
        stores = open_stores(*urls(data))
        letters.collect(stores, now=clock.utc_now())
        browser.find_element(By.CSS_SELECTOR, "main a.button").click()
        await_address(browser, reference)
        state = words(browser)
    with Session(stores.internal) as session:
        letter = letters.get(session, reference.replace("-", ""))
        sent = (letter.kind, letter.text, letter.evidence)
    stage.clear(data)

    assert str(mend).endswith("#f-text")
    assert sent == (LetterKind.OBJECTION.value, "请复核这一结果。", _PDF)
    assert "办理状态\n已收件" in state
