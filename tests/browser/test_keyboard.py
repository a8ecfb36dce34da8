"""The road of somebody who has no mouse: from a search to an objection with evidence and its state."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait
from sqlalchemy.orm import Session

from portal.domain.replies import LetterKind
from portal.internal.desk import letters
from portal.internal.desk.stores import open_stores
from portal.kit import clock
from portal.kit.db import engine_for
from portal.public.app import create_app
from portal.register.search import keeping
from portal.register.tables.entities import EntityRow
from portal.register.tables.results import ResultRow
from tests import stage
from tests.browser.gallery import served
from tests.browser.screen import WIDTHS, resize
from tests.stage import urls

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.enable_socket]

#: Counts what a mouse, a finger or a pen does, on every page of this window.
_WATCH = """
for (const name of ['pointerdown', 'mousedown', 'touchstart'])
  addEventListener(name, () => sessionStorage.setItem('touched', name), true);
"""
_OUTLINE = "return getComputedStyle(document.activeElement).outlineStyle"
#: Links and fields of one page at most: a reader who presses more often is lost.
_MOST = 400
_TEXT = "当日已经更换标签，请复核。"
_PDF = b"%PDF-1.4\nevidence\n%%EOF\n"


@pytest.fixture
def data(demo: Path, tmp_path: Path) -> Iterator[Path]:
    """The demonstration, to be written to."""
    folder = stage.copy(demo, tmp_path / "data")
    yield folder
    stage.clear(folder)


@pytest.fixture
def desk(data: Path) -> Iterator[str]:
    """The site over these stores, on a loopback port."""
    settings = urls(data)[0]
    register = engine_for(settings.register_url)
    keeping.catch_up(register, keeping.Place.of(settings.search_url, settings.data))
    register.dispose()
    with served(create_app(settings)) as address:
        yield address


class Hands:
    """Somebody at the keys. Every place the focus comes to has to be seen."""

    def __init__(self, browser: Chrome) -> None:
        """Sit down."""
        self._browser = browser
        self.unseen: list[str] = []

    @property
    def focus(self) -> WebElement:
        """What has the focus."""
        return self._browser.switch_to.active_element

    def press(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        ActionChains(self._browser).send_keys(*keys).perform()

    def go_to(self, name: str, wanted: Callable[[str], bool]) -> None:
        """Press Tab until the attribute `name` of what has the focus is `wanted`."""
        for _press in range(_MOST):
            self.press(Keys.TAB)
            if self._browser.execute_script(_OUTLINE) == "none":
                self.unseen.append(str(self.focus.get_attribute("outerHTML"))[:200])
            if wanted(str(self.focus.get_attribute(name))):
                return
        raise LookupError(name)

    def enter(self, reached: Callable[[str], bool]) -> None:
        """Press Enter and wait for the address that is `reached`."""
        self.press(Keys.ENTER)
        WebDriverWait(self._browser, 20).until(lambda page: reached(page.current_url))


def _party_with_a_problem(data: Path) -> tuple[str, str, str]:
    """Return id and name of a party, and the id of a check in which something was found."""
    settings = urls(data)[0]
    register = engine_for(settings.register_url)
    with Session(register) as session:
        found = session.execute(
            sa.select(EntityRow.public_id, EntityRow.name, ResultRow.public_id)
            .join(ResultRow, ResultRow.entity_id == EntityRow.public_id)
            .where(ResultRow.status == "open", ResultRow.disputed.is_(False), EntityRow.name.like("示例市%公司"))
            .order_by(ResultRow.public_id)
            .limit(1)
        ).one()  # fmt: skip
    register.dispose()
    return found[0], found[1], found[2]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_keys_alone_lead_from_a_search_to_an_objection_and_its_state(
    browser: Chrome, desk: str, data: Path, width: int, tmp_path: Path
) -> None:
    party, name, result = _party_with_a_problem(data)
    (tmp_path / "evidence.pdf").write_bytes(_PDF)
    resize(browser, width)
    browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": _WATCH})
    browser.get(f"{desk}/")
    hands = Hands(browser)

    hands.go_to("id", lambda text: text == "q")
    hands.press(name)
    hands.enter(lambda address: "/search?" in address)
    hands.go_to("href", lambda text: text.endswith(f"/entities/{party}"))
    hands.enter(lambda address: address.endswith(party))
    hands.go_to("href", lambda text: text.endswith(f"/results/{result}"))
    hands.enter(lambda address: address.endswith(result))
    hands.go_to("href", lambda text: f"/replies/new?about={result}" in text)
    hands.enter(lambda address: "/replies/new" in address)

    hands.go_to("name", lambda text: text == "kind")
    for _press in LetterKind:
        if hands.focus.get_attribute("value") != LetterKind.OBJECTION.value:
            hands.press(Keys.ARROW_DOWN)
    hands.go_to("name", lambda text: text == "text")
    hands.press(_TEXT)
    hands.go_to("name", lambda text: text == "evidence")
    #: Enter opens the file dialog of the system, which a browser without a screen does not have.
    hands.focus.send_keys(str(tmp_path / "evidence.pdf"))
    hands.go_to("type", lambda text: text == "submit")
    hands.press(Keys.ENTER)
    WebDriverWait(browser, 20).until(
        lambda page: page.find_elements(By.CSS_SELECTOR, "p.page-title .code")
    )
    reference = browser.find_element(By.CSS_SELECTOR, "p.page-title .code").text
    stores = open_stores(*urls(data))
    letters.collect(stores, now=clock.utc_now())
    with Session(stores.internal) as session:
        letter = letters.get(session, reference.replace("-", ""))
        sent = (letter.kind, letter.text, letter.evidence)
    hands.go_to("href", lambda text: "/replies/" in text and text.endswith(reference))
    hands.enter(lambda address: address.endswith(reference))
    told = browser.find_element(By.TAG_NAME, "main").text
    hands.go_to("name", lambda text: text == "reference")
    hands.press(reference.lower())
    hands.enter(lambda address: address.endswith(reference.replace("-", "")))

    assert sent == (LetterKind.OBJECTION.value, _TEXT, _PDF)
    assert "办理状态\n已收件" in told
    assert browser.find_element(By.TAG_NAME, "main").text == told
    assert browser.execute_script("return sessionStorage.getItem('touched')") is None
    assert hands.unseen == []
