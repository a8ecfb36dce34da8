"""The reader's own browser verifies a record, and notices one that was changed on the way."""

import json

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from portal.domain import merkle
from portal.register.proofs import entries
from portal.register.proofs.note import Checkpoint, Signer
from tests.conftest import NOW

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.enable_socket]

#: Changes what the site answers before the page's own script sees it.
_TAMPER = """
const real = window.fetch;
window.fetch = async (...asked) => {
  const proof = await (await real(...asked)).json();
  proof[arguments[0]] = proof[arguments[0]].replace(arguments[1], arguments[2]);
  return new Response(JSON.stringify(proof));
};
window.dispatchEvent(new HashChangeEvent("hashchange"));
"""
#: Answers once in the site's place.
_ANSWER = """
const real = window.fetch;
window.fetch = async () => {
  window.fetch = real;
  return new Response(arguments[0]);
};
window.dispatchEvent(new HashChangeEvent("hashchange"));
"""
#: Holds back the answer for the record that is open, has another asked for, and lets the first one come last.
_LATE = """
const real = window.fetch;
const first = await (await real(arguments[0])).text();
let late;
window.fetch = () => new Promise((resolve) => { late = () => resolve(new Response(first)); });
window.dispatchEvent(new HashChangeEvent("hashchange"));
window.fetch = async () => new Response(first.replace("20", "21"));
location.hash = "#result/r_another";
await new Promise((resolve) => setTimeout(resolve, 500));
late();
await new Promise((resolve) => setTimeout(resolve, 500));
"""
_NO_ED25519 = """
crypto.subtle.importKey = () => Promise.reject(new DOMException("", "NotSupportedError"));
window.dispatchEvent(new HashChangeEvent("hashchange"));
"""
#: Cuts four bytes off the key.
_NO_KEY = """
const real = window.fetch;
window.fetch = async (...asked) => {
  const proof = await (await real(...asked)).json();
  proof.vkeys = proof.vkeys.map((each) => each.slice(0, -8));
  return new Response(JSON.stringify(proof));
};
window.dispatchEvent(new HashChangeEvent("hashchange"));
"""


def _open_check(browser: Chrome, address: str, language: str = "") -> None:
    browser.get(f"{address}/results/?{language}")
    browser.get(
        str(
            browser.find_element(By.CSS_SELECTOR, "main a[href*='/results/r_']").get_attribute(
                "href"
            )
        )
    )
    link = browser.find_element(By.CSS_SELECTOR, "a[href*='/log/check']").get_attribute("href")
    browser.get(str(link))


def _open_anew(browser: Chrome, address: str) -> None:
    """Load a page though the one that is open differs from it after the hash alone."""
    browser.get("about:blank")
    browser.get(address)


def _verdict(browser: Chrome) -> tuple[str, list[str]]:
    """Wait for the verdict; return its class and the outcome of each step."""

    def settled(driver: Chrome) -> str | bool:
        names = str(
            driver.find_element(By.CSS_SELECTOR, "[data-verdict]").get_attribute("class")
        ).split()
        return names[1] if len(names) > 1 else False

    kind = str(WebDriverWait(browser, 20).until(settled))
    steps = browser.find_elements(By.CSS_SELECTOR, "[data-steps] li")
    return kind, [str(each.get_attribute("data-outcome")) for each in steps]


@pytest.mark.parametrize("language", ["", "lang=en"])
def test_a_record_of_the_site_is_found_right(browser: Chrome, address: str, language: str) -> None:
    _open_check(browser, address, language)

    assert _verdict(browser) == ("notice--ok", ["true"] * 4)
    assert '"findings"' in browser.find_element(By.CSS_SELECTOR, "[data-text]").text


@pytest.mark.parametrize(
    ("change", "outcomes"),
    [
        (("record", "20", "21"), ["true", "false", "true", "true"]),
        (("entry", "20", "21"), ["true", "true", "false", "true"]),
        (("checkpoint", "/log\n", "/log\n1"), ["true", "true", "false", "false"]),
        (("checkpoint", "\n\n", "\n\nmingcha/x/1 y\n"), ["true", "true", "true", "false"]),
    ],
)
def test_an_answer_changed_on_the_way_is_noticed(
    browser: Chrome, address: str, change: tuple[str, str, str], outcomes: list[str]
) -> None:
    _open_check(browser, address)
    _verdict(browser)

    browser.execute_script(_TAMPER, *change)

    WebDriverWait(browser, 20).until(lambda _: _verdict(browser)[0] == "notice--error")
    assert _verdict(browser) == ("notice--error", outcomes)


def test_an_answer_that_comes_late_says_nothing_of_the_record_asked_for_since(
    browser: Chrome, address: str
) -> None:
    _open_check(browser, address)
    _verdict(browser)
    kind, _, record = browser.current_url.partition("#")[2].partition("/")

    browser.execute_script(_LATE, f"/log/proof?kind={kind}&id={record}")

    assert browser.current_url.endswith("#result/r_another")
    told, outcomes = _verdict(browser)
    assert (told, len(outcomes), outcomes[0]) == ("notice--error", 4, "false")


def _proof(record: str, checkpoint: str, line: bytes, salt: bytes, vkeys: list[str]) -> str:
    told = {
        "index": 0, "size": 1, "entry": line.decode(), "path": [], "checkpoint": checkpoint,
        "vkeys": vkeys, "kind": "result", "id": "r_1", "salt": salt.hex(), "record": record,
    }  # fmt: skip
    return json.dumps(told)


@pytest.mark.parametrize(
    ("signer", "verdict"),
    [("old", "notice--error"), ("new", "notice--ok"), ("both", "notice--ok")],
)
def test_what_a_key_signs_that_has_handed_over_counts_for_nothing(
    browser: Chrome, address: str, signer: str, verdict: str
) -> None:
    old, new = Signer.new("mingcha.example/log"), Signer.new("mingcha.example/log")
    record = '{"id":"r_1"}'
    salt, sealed = entries.seal(record.encode())
    line = entries.entry("publish", "result", NOW, sealed, None)
    named = None if signer == "old" else new.verifier.vkey
    head = Checkpoint(old.name, 1, merkle.leaf_hash(line), "0" * 64, key=named).text
    note = new.sign(head) if signer == "new" else old.sign(head)
    note = new.cosign(note) if signer == "both" else note
    vkeys = [old.verifier.vkey, new.verifier.vkey]
    _open_anew(browser, f"{address}/log/check#result/r_1")
    _verdict(browser)

    browser.execute_script(_ANSWER, _proof(record, note, line, salt, vkeys))

    WebDriverWait(browser, 20).until(lambda _: len(_verdict(browser)[1]) == 4)
    kind, outcomes = _verdict(browser)
    assert (kind, outcomes) == (verdict, ["true"] * 3 + [str(signer != "old").lower()])
    assert browser.find_element(By.CSS_SELECTOR, "[data-key]").text == new.verifier.vkey


def test_with_what_is_no_key_nothing_is_signed(browser: Chrome, address: str) -> None:
    """It is not the browser that knows no Ed25519."""
    _open_check(browser, address)
    _verdict(browser)

    browser.execute_script(_NO_KEY)

    WebDriverWait(browser, 20).until(lambda _: _verdict(browser)[0] == "notice--error")
    assert _verdict(browser) == ("notice--error", ["true", "true", "true", "false"])


def test_a_browser_without_ed25519_says_that_it_checked_the_hashes_only(
    browser: Chrome, address: str
) -> None:
    _open_check(browser, address)
    _verdict(browser)

    browser.execute_script(_NO_ED25519)

    WebDriverWait(browser, 20).until(lambda _: _verdict(browser)[0] == "notice--warn")
    assert _verdict(browser) == ("notice--warn", ["true", "true", "true", "skipped"])


def test_what_is_not_public_has_nothing_to_verify(browser: Chrome, address: str) -> None:
    _open_anew(browser, f"{address}/log/check#result/r_0000")

    assert _verdict(browser) == ("notice--warn", [])


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("page", ["/log/", "/log/?lang=en", "/log/check", "/log/check?lang=en"])
def test_the_pages_fit(browser: Chrome, address: str, page: str, width: int) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    browser.get(f"{address}{page}")

    widest = "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    scroll, client = browser.execute_script(widest)
    assert scroll <= client + 1
