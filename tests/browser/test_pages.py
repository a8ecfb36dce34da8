"""A real Chromium looks at every kind of page, wide and narrow, in both languages."""

import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.enable_socket]

WIDTHS = (1280, 390)
SECTIONS = ("results", "plans", "tasks", "draws", "items", "entities", "agencies", "documents")

#: Elements that stick out of the page; regions that scroll by themselves may.
_OVERFLOW = """
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
  captionless: [...document.querySelectorAll('table')].filter(t => !t.caption).length,
  headless: [...document.querySelectorAll('table')].filter(t => !t.querySelector('th[scope]')).length,
  unlabelled: [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
    .filter(e => !e.labels.length && !e.getAttribute('aria-label')).length,
  inline: document.querySelectorAll('[style], style, script:not([src])').length,
  main: document.querySelectorAll('main').length,
  lang: document.documentElement.lang,
};
"""


def _resize(browser: Chrome, width: int) -> None:
    """Make the page itself this wide; a window cannot be narrower than 500 pixels."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500},
    )


def _first_of(browser: Chrome, address: str, section: str) -> str:
    browser.get(f"{address}/{section}/")
    links = [
        str(link.get_attribute("href"))
        for link in browser.find_elements(By.CSS_SELECTOR, f"main a[href*='/{section}/']")
    ]
    return next(link for link in links if link.rsplit("/", 1)[1].split("?")[0])


@pytest.fixture(scope="module")
def every_page(browser: Chrome, address: str) -> list[str]:
    """One of each kind of page."""
    shows = [_first_of(browser, address, section) for section in SECTIONS]
    lists = [f"{address}/{section}/" for section in (*SECTIONS, "followups", "withheld", "docs")]
    browser.get(f"{address}/results/?status=overdue")
    overdue = browser.find_element(By.CSS_SELECTOR, "main a[href*='/results/r_']").get_attribute(
        "href"
    )
    return [
        f"{address}/", f"{address}/search?q=%E7%A4%BA%E4%BE%8B", f"{address}/search", f"{address}/search?q=zzzz",
        f"{address}/search?kind=result&outcome=ordered_to_rectify&page=2", f"{address}/nothing", f"{address}/docs/about",
        f"{address}/results/?problem=true", str(overdue), *lists, *shows,
    ]  # fmt: skip


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_of_page_fits_and_is_well_formed(
    browser: Chrome, every_page: list[str], width: int, language: str
) -> None:
    _resize(browser, width)
    faults = []

    for page in every_page:
        joint = "&" if "?" in page else "?"
        browser.get(page + (f"{joint}lang=en" if language == "en" else ""))
        structure = browser.execute_script(_STRUCTURE)
        sticking_out = browser.execute_script(_OVERFLOW)
        expected = {
            "h1": 1, "captionless": 0, "headless": 0, "unlabelled": 0, "inline": 0, "main": 1,
            "lang": "en" if language == "en" else "zh-Hans",
        }  # fmt: skip
        if structure != expected or sticking_out:
            faults.append((page, structure, sticking_out))

    assert faults == [], "\n".join(map(str, faults))


def test_no_page_complains_in_the_console(browser: Chrome, every_page: list[str]) -> None:
    browser.get_log("browser")  # type: ignore[no-untyped-call]

    for page in every_page:
        browser.get(page)
    complaints = [
        entry["message"]
        for entry in browser.get_log("browser")  # type: ignore[no-untyped-call]
        if "/nothing" not in entry["message"]
    ]

    assert complaints == []


def test_the_keyboard_alone_reaches_the_content_and_the_search(
    browser: Chrome, address: str
) -> None:
    _resize(browser, 1280)
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


def test_a_list_can_be_filtered_and_paged_without_javascript(browser: Chrome, address: str) -> None:
    _resize(browser, 1280)
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
