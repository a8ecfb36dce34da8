"""What a page holds and does not show is not read, and told: by style sheets, number formats, folding, size."""

from pathlib import Path

import pytest

from tests.internal.door_makers import a_page, cells_of, notes_of

LEFT_OUT = "第2行有隐藏的文字，未读取；请核对"
COLUMN = "第B列被隐藏，仍已读取；请核对"
ROW = "第2行被隐藏，仍已读取；请核对"


def _table(inside: str, more: str = "", *, head: str = "", row: str = "") -> str:
    return f"<table>{head}<tr><td>编号<td>名称<tr {row}><td>1<td class=s {more}>{inside}</table>"


@pytest.mark.parametrize(
    "sheet",
    [
        "@media screen{.s{display:none}}",
        "@media print, only screen{.s{display:none}}",
        "@supports (display:grid){@media all{.s{visibility:hidden}}}",
        "a:hover,.s{display:none}",
        "td:not(.t).s{display:none}",
        "tr:nth-child(2) td:last-child{display:none}",
        ".s{text-indent:-9999px}",
        ".s{position:absolute;clip:rect(0,0,0,0)}",
        ".s{position:absolute;clip:rect(1px 1px 1px 1px)}",
        ".s{max-height:0;overflow:hidden}",
        ".s{overflow:hidden;width:1px;height:1px}",
        ".s{transform:scale(0)}",
        r'.s{mso-number-format:"\;\;\;"}',
        r".s{mso-number-format:\;\;\;}",
        r'.s{mso-number-format:"0\;-0\;\;"}',
    ],
)
def test_what_a_style_sheet_hides_is_not_read(tmp_path: Path, sheet: str) -> None:
    path = a_page(tmp_path / "a.xls", _table("夜鹭"), head=f"<style>{sheet}</style>")

    assert cells_of(path) in ([["编号", "名称"], ["1"]], [["编号", "名称"], ["1", ""]])
    assert notes_of(path) == (LEFT_OUT,)


@pytest.mark.parametrize(
    "sheet",
    [
        "@media print{.s{display:none}}",
        "@media (max-width:768px){.s{display:none}}",
        "@media screen and (max-width:768px){.s{display:none}}",
        ".s:hover{display:none}",
        ".s::after{display:none}",
        ".s{overflow:hidden;height:20px}",
        ".s{margin-left:-15px;line-height:0}",
        r'.s{mso-number-format:"\@"}',
        r'.s{mso-number-format:"0\;-0\;\;\@"}',
    ],
)
def test_what_a_style_sheet_shows_on_a_usual_screen_is_read(tmp_path: Path, sheet: str) -> None:
    path = a_page(tmp_path / "a.xls", _table("白鹇"), head=f"<style>{sheet}</style>")

    assert cells_of(path) == [["编号", "名称"], ["1", "白鹇"]]
    assert notes_of(path) == ()


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        ("白鹇<dialog>夜鹭</dialog>", True),
        ("白鹇<details>夜鹭<b>夜鹭</b></details>", True),
        ("<details><summary>白鹇</summary>夜鹭</details>", True),
        ("<details open>白鹇</details>", False),
        ("白鹇<canvas>夜鹭</canvas><video>夜鹭</video><meter>夜鹭</meter>", False),
    ],
)
def test_what_is_folded_up_or_stands_for_old_browsers_is_not_read(
    tmp_path: Path, inside: str, *, told: bool
) -> None:
    path = a_page(tmp_path / "a.xls", _table(inside))

    assert cells_of(path) == [["编号", "名称"], ["1", "白鹇"]]
    assert notes_of(path) == ((LEFT_OUT,) if told else ())


@pytest.mark.parametrize(
    ("head", "row", "told"),
    [
        ("<col><col width=0>", "", COLUMN),
        ('<col><col style="width:0pt">', "", COLUMN),
        ("", "height=0", ROW),
        ("", 'style="height:0.0pt;color:red"', ROW),
    ],
)
def test_rows_and_columns_of_a_page_of_no_size_are_told(
    tmp_path: Path, head: str, row: str, told: str
) -> None:
    assert notes_of(a_page(tmp_path / "a.xls", _table("白鹇", head=head, row=row))) == (told,)
