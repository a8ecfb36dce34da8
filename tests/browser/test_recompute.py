"""A draw recomputed in a real browser: the same bytes as in Python, and a page that tells it in words."""

import json
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from portal.domain.sortition.outcome import recompute
from portal.domain.sortition.stated import Agreement, compare
from tests.domain.sortition import appendix, forgeries, statements
from tests.domain.sortition.packages import a_package
from tests.domain.sortition.whole import changed, whole

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.enable_socket]

_PACKAGES = 500
_AT_ONCE = 50
_MODULE = "/static/js/recompute/"
#: Files as lists of bytes in, lines out, computed by the page's own modules.
_RECOMPUTE = f"""
const [files, done] = arguments;
import("{_MODULE}recompute.js").then(
  ({{recompute}}) => done(files.map(file => recompute(Uint8Array.from(atob(file), c => c.charCodeAt(0))).line)),
  error => done(String(error)));
"""
#: A package and what may have been published of it, to what came of each comparison.
_COMPARE = f"""
const [file, records, done] = arguments;
import("{_MODULE}recompute.js").then(({{recompute}}) => {{
  const bytes = () => Uint8Array.from(atob(file), c => c.charCodeAt(0));
  done(records.map(record => recompute(bytes(), () => {{}}, record).trace.published));
}}, error => done(String(error)));
"""
_HASHES = f"""
const done = arguments[0];
const same = (one, other) => one.length === 32 && one.every((byte, at) => byte === other[at]);
const random = length => crypto.getRandomValues(new Uint8Array(length));
(async () => {{
  const {{ sha256, Keyed }} = await import("{_MODULE}sha256.js");
  const wrong = [];
  for (let length = 0; length < 300; length += 1) {{
    const text = random(length);
    if (!same(sha256(text), new Uint8Array(await crypto.subtle.digest("SHA-256", text)))) wrong.push(length);
    const raw = random(length % 65);
    const key = await crypto.subtle.importKey("raw", raw.length ? raw : new Uint8Array(1), {{name: "HMAC", hash: "SHA-256"}}, false, ["sign"]);
    const signed = new Uint8Array(await crypto.subtle.sign("HMAC", key, text));
    const cut = length >> 1;
    if (!same(new Keyed(raw, text.subarray(0, cut)).digest(text.subarray(cut)), signed)) wrong.push(-length);
  }}
  return wrong;
}})().then(done, error => done(String(error)));
"""


def _lines(browser: Chrome, files: list[bytes]) -> Iterator[str]:
    browser.set_script_timeout(120)
    for begin in range(0, len(files), _AT_ONCE):
        some = [b64encode(each).decode() for each in files[begin : begin + _AT_ONCE]]
        answer = browser.execute_async_script(_RECOMPUTE, some)
        assert isinstance(answer, list), answer
        yield from answer


def _show(browser: Chrome, address: str, path: Path) -> str:
    """Choose a file on the page, wait for the verdict, return its class."""
    browser.get(address)
    browser.find_element(By.ID, "f-file").send_keys(str(path))
    WebDriverWait(browser, 60).until(
        lambda driver: driver.find_element(By.CSS_SELECTOR, "[data-verdict]").is_displayed()
    )
    return str(
        browser.find_element(By.CSS_SELECTOR, "[data-verdict]").get_attribute("class")
    ).removeprefix("notice ")


def _file(folder: Path, package: dict[str, Any]) -> Path:
    path = folder / "package.json"
    path.write_text(json.dumps(package, ensure_ascii=False), "utf-8")
    return path


def test_own_hashes_are_those_of_webcrypto(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/draws/check")

    assert browser.execute_async_script(_HASHES) == []


def test_python_and_javascript_agree_on_random_packages(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/draws/check")
    files = [
        json.dumps(each, ensure_ascii=False).encode()
        for each in (appendix.package(), whole(), *map(a_package, range(_PACKAGES)))
    ]

    lines = list(_lines(browser, files))

    assert [line.encode() for line in lines] == [
        recompute(each).written() + b"\n" for each in files
    ]


def test_python_and_javascript_agree_on_every_forged_package(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/draws/check")
    expected, files = zip(*forgeries.every(), strict=True)

    lines = list(_lines(browser, list(files)))

    assert lines == [f'{{"error":"{each}"}}\n' for each in expected]


@pytest.mark.parametrize(
    ("language", "withheld"), [("", "不公开身份的对象"), ("?lang=en", "Parties_not_shown")]
)
def test_the_page_tells_every_step_of_a_good_package(
    browser: Chrome, address: str, language: str, withheld: str, tmp_path: Path
) -> None:
    package = whole()
    path = _file(tmp_path, package)

    assert _show(browser, f"{address}/draws/check{language}", path) == "notice--ok"
    steps = browser.find_elements(By.CSS_SELECTOR, "[data-step]")
    assert [each.is_displayed() for each in steps] == [True] * 7 + [False, True]
    result = browser.find_element(By.CSS_SELECTOR, "[data-step=result]").text
    assert result.count(package["claimed"]["result_hash"]) == 2
    strata = browser.find_elements(By.CSS_SELECTOR, "[data-step=strata] tbody tr")
    assert [
        row.text.replace("Parties not shown", "Parties_not_shown").split() for row in strata
    ] == [
        ["一般", "6", "5", "2", "2", "0"],
        ["重点", "3", "1", "1", "1", "0"],
        [withheld, "1", "1", "1", "1", "0"],
    ]


def test_the_page_says_which_rule_a_forged_package_breaks(
    browser: Chrome, address: str, tmp_path: Path
) -> None:
    path = _file(tmp_path, changed(whole(), ("objects/0/weight", 2)))

    assert _show(browser, f"{address}/draws/check?lang=en", path) == "notice--error"
    verdict = browser.find_element(By.CSS_SELECTOR, "[data-verdict]").text
    assert verdict == (
        "The package breaks a rule (E_ROOT)\n"
        "The list was changed after the freeze: something was added, removed or altered."
    )


def test_the_file_never_leaves_the_browser(browser: Chrome, address: str, tmp_path: Path) -> None:
    _show(browser, f"{address}/draws/check", _file(tmp_path, whole()))

    fetched = browser.execute_script(
        "return performance.getEntriesByType('resource').map(e => new URL(e.name).pathname)"
    )
    assert fetched
    assert [each for each in fetched if not each.startswith("/static/")] == []


def _revealed(address: str) -> str:
    """Return the id of a draw of the demonstration that has its package."""
    with urlopen(f"{address}/api/v1/draws") as answer:
        draws = json.load(answer)["data"]
    return next(str(each["id"]) for each in draws if each["package_sha256"])


def _verdict(browser: Chrome, words: str) -> None:
    WebDriverWait(browser, 20).until(
        lambda driver: words in driver.find_element(By.CSS_SELECTOR, "[data-verdict]").text
    )


def _compared(browser: Chrome) -> list[str]:
    return [
        each.text
        for each in browser.find_elements(By.CSS_SELECTOR, "[data-step=published] [data-field]")
    ]


def test_a_draws_page_brings_its_package_and_what_was_published_of_it(
    browser: Chrome, address: str, tmp_path: Path
) -> None:
    browser.get(f"{address}/draws/{_revealed(address)}")
    browser.find_element(By.LINK_TEXT, "在浏览器里复算").click()
    _verdict(browser, "复算完成：数据包前后一致，就是本站公布的这一次抽取")
    assert _compared(browser) == ["与公布的一致"] * 4

    browser.find_element(By.ID, "f-file").send_keys(str(_file(tmp_path, whole())))
    _verdict(browser, "却与本站公布的这一次抽取不符")
    assert _compared(browser) == ["与公布的不一致"] * 4
    assert browser.find_element(By.CSS_SELECTOR, ".notice--error").is_displayed()


@pytest.mark.parametrize("unsaid", [("result_hash", "sealed_nonce"), ("commitment",)])
def test_nothing_is_called_the_published_draw_of_which_too_little_was_published(
    browser: Chrome, address: str, tmp_path: Path, unsaid: tuple[str, ...]
) -> None:
    """Before the reveal a package of the same list and other seeds computes as well; an imported draw states nothing."""
    package = whole()
    said = statements.record(statements.true(package, recompute(json.dumps(package).encode())))
    browser.get(f"{address}/draws/check")
    browser.execute_script(
        "window.fetch = (asked) => Promise.resolve(new Response(arguments[0], {status: asked.endsWith('package.json') ? 404 : 200}));"
        "location.hash = '#d_1a7e';",
        json.dumps({"data": said | dict.fromkeys(unsaid)}),
    )
    _verdict(browser, "读不到")

    browser.find_element(By.ID, "f-file").send_keys(str(_file(tmp_path, package)))

    _verdict(browser, "复算完成：与数据包所载的结果一致；是不是公布的那一次抽取")
    assert "没有公布，无从核对" in _compared(browser)


def test_what_was_published_is_compared_as_the_command_compares_it(
    browser: Chrome, address: str
) -> None:
    """Whatever was stated of a package: in Python and in the page's own modules the same."""
    browser.get(f"{address}/draws/check")
    package = whole()
    found = recompute(json.dumps(package).encode())
    cases = list(statements.every(package, found))
    expected = [compare(package, found, stated)._asdict() for stated in cases]

    answers = browser.execute_async_script(
        _COMPARE,
        b64encode(json.dumps(package).encode()).decode(),
        [statements.record(each) for each in cases],
    )

    assert answers == [{name: each.value for name, each in told.items()} for told in expected]
    assert {tuple(told.values()) for told in expected} >= {
        (Agreement.SAME,) * 4,
        (Agreement.OTHER,) * 4,
    }


def test_a_package_that_comes_late_says_nothing_of_the_file_taken_since(
    browser: Chrome, address: str, tmp_path: Path
) -> None:
    forged = _file(tmp_path, changed(whole(), ("objects/0/weight", 2)))
    browser.get(f"{address}/draws/check")
    browser.execute_script(
        """
        const said = () => Promise.resolve(new Response('{"data": {}}'));
        const late = () => new Promise((resolve) => { window.late = () => resolve(new Response(arguments[0])); });
        window.fetch = (asked) => (asked.endsWith("package.json") ? late() : said());
        location.hash = "#d_1a7e";
        """,
        json.dumps(whole(), ensure_ascii=False),
    )
    WebDriverWait(browser, 20).until(lambda _: browser.execute_script("return !!window.late"))
    browser.find_element(By.CSS_SELECTOR, "input[type=file]").send_keys(str(forged))
    verdict = browser.find_element(By.CSS_SELECTOR, "[data-verdict]")
    WebDriverWait(browser, 20).until(lambda _: "E_ROOT" in verdict.text)

    browser.execute_script("window.late()")

    time.sleep(2)
    assert "E_ROOT" in verdict.text


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    "page", ["/docs/draws", "/docs/draws?lang=en", "/draws/check?lang=en", "/draws/check"]
)
def test_the_pages_fit(
    browser: Chrome, address: str, page: str, width: int, tmp_path: Path
) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    if "check" in page:
        _show(browser, f"{address}{page}", _file(tmp_path, whole()))
    else:
        browser.get(f"{address}{page}")

    widest = "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    scroll, client = browser.execute_script(widest)
    assert scroll <= client + 1
