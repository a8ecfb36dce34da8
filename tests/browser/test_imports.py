"""A clerk at the office's pages: a broken file is mended from its report, its columns named once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from tests.browser.gallery import served
from tests.browser.screen import WIDTHS, resize
from tests.internal.clicking import PASSWORD
from tests.internal.conftest import office_app as office_app
from tests.internal.conftest import staffed as staffed
from tests.internal.makers import a_table
from tests.makers import AGENCY

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.enable_socket]

HEADERS = ["序号", "被检单位", "证照代码", "检查日期", "检查事项", "检查结果"]
PARTY = ["示例市青禾食品有限公司", "91990101MA0000000U"]
#: What the template asks for and the table calls otherwise, or does not have.
COLUMNS = {"被检单位": "entity_name", "证照代码": "identifier"}


@pytest.fixture
def desk(office_app: Flask) -> Iterator[str]:
    """The office on a loopback port."""
    with served(office_app) as where:
        yield where


def words(browser: Chrome) -> str:
    return browser.find_element(By.TAG_NAME, "main").text


def press(browser: Chrome, text: str) -> None:
    """Press the button or follow the link of this text, and wait for the page behind it."""
    path = f"//main//*[self::a or self::button][normalize-space()='{text}']"
    page = browser.find_element(By.TAG_NAME, "html")
    found = browser.find_element(By.XPATH, path)
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", found)
    found.click()
    WebDriverWait(browser, 60).until(lambda _: browser.find_element(By.TAG_NAME, "html") != page)


def hand_in(browser: Chrome, path: Path) -> None:
    browser.find_element(By.NAME, "file").send_keys(str(path))
    press(browser, "上传并检查")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_broken_file_is_mended_from_its_report_and_its_columns_are_named_once(
    browser: Chrome, desk: str, tmp_path: Path, width: int
) -> None:
    resize(browser, width)
    browser.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)}
    )
    browser.get(f"{desk}/sign-in")
    browser.find_element(By.NAME, "name").send_keys("lin")
    browser.find_element(By.NAME, "password").send_keys(PASSWORD)
    browser.find_element(By.NAME, "password").submit()
    WebDriverWait(browser, 60).until(lambda _: "/sign-in" not in browser.current_url)
    browser.get(f"{desk}/import")
    Select(browser.find_element(By.NAME, "kind")).select_by_value("results")
    Select(browser.find_element(By.NAME, "agency")).select_by_value(AGENCY)
    hand_in(
        browser,
        a_table(
            tmp_path / "4月.xlsx",
            ["示例市2025年4月检查情况"],
            HEADERS,
            [1, *PARTY, "2025-04-31", "食品检查", "说不清"],
        ),
    )

    assert "列名需要确认，尚未登记" in words(browser)
    press(browser, "对应列名")
    for source, field in COLUMNS.items():
        label = f"//label[contains(., '“{source}”对应的列')]"
        box = browser.find_element(By.XPATH, label).get_attribute("for")
        Select(browser.find_element(By.ID, str(box))).select_by_value(field)
    browser.find_element(By.NAME, "fill-code").send_keys("JC-{序号}")
    press(browser, "保存方案并检查")

    told = words(browser)
    assert "有 2 处错误，尚未登记" in told
    assert all(each in told for each in ("D3", "F3", "“说不清”不在代码表中"))
    browser.find_element(By.LINK_TEXT, "下载标注后的表格").click()
    book = load_workbook(downloaded(browser, tmp_path))
    sheet = next(each for each in book.worksheets if each["B2"].value == HEADERS[1])
    assert [name for name in ("D3", "E3", "F3") if sheet[name].comment] == ["D3", "F3"]
    assert sheet["D3"].fill.start_color.rgb != sheet["E3"].fill.start_color.rgb

    sheet["D3"], sheet["F3"] = "2025-04-30", "未发现问题"
    book.save(tmp_path / "改好.xlsx")
    press(browser, "换一个文件")
    hand_in(browser, tmp_path / "改好.xlsx")
    assert "检查通过，尚未登记" in words(browser)
    press(browser, "登记")
    assert "/batches/" in browser.current_url
    assert "改好.xlsx" in words(browser)


def downloaded(browser: Chrome, folder: Path) -> Path:
    """Wait for the marked workbook; while it comes it has another ending."""
    WebDriverWait(browser, 60).until(lambda _: any(folder.glob("*标注*.xlsx")))
    return next(folder.glob("*标注*.xlsx"))
