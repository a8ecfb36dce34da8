"""What a table's content proposes beyond the names of its columns."""

from pathlib import Path

from portal.internal.sheets.catalogue import SHEETS
from portal.internal.sheets.drafting import Drafted, draft, look
from portal.internal.sheets.limits import Limits
from portal.internal.sheets.mapping import read_profile


def drafted(folder: Path, kind: str, *lines: str) -> Drafted:
    path = folder / "table.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return look(path, SHEETS[kind], None, Limits())


REGISTER = (
    "Establishment Name,License #,Inspection Date,Violation,Result,Score",
    "EXAMPLE DINER,20001,05/20/2025,sink blocked,Fail,61",
    "SAMPLE BAKERY,20002,05/02/2025,,Pass,99",
)


def test_a_foreign_register_is_proposed_with_its_dates_words_and_numbers(tmp_path: Path) -> None:
    found = drafted(tmp_path, "results", *REGISTER)

    assert found.profile.columns == {
        "Establishment Name": "entity_name", "License #": "identifier",
        "Inspection Date": "inspected_on", "Violation": "detail", "Result": "outcomes", "Score": "",
    }  # fmt: skip
    assert found.profile.dates == "mdy"
    assert found.profile.values == {
        "outcomes": {"Fail": "发现问题待后续处理", "Pass": "未发现问题"}
    }
    assert found.profile.fill == {
        "scheme": "本地编号",
        "code": "{License #}-{Inspection Date}",
    }
    assert found.missing == ()


def test_the_draft_of_a_foreign_register_can_be_read_back(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("\n".join(REGISTER), "utf-8")

    profile = read_profile(draft(path, SHEETS["results"], None, Limits()), SHEETS["results"])

    assert (profile.dates, profile.fill["scheme"]) == ("mdy", "本地编号")


def test_days_first_are_known_by_a_day_beyond_twelve_and_a_mixture_is_told(tmp_path: Path) -> None:
    head = "检查记录编号,检查对象名称,检查日期,检查结果"
    days_first = drafted(tmp_path, "results", head, "1,甲,20/05/2025,合格", "2,乙,01/05/2025,合格")
    mixed = drafted(tmp_path, "results", head, "1,甲,20/05/2025,合格", "2,乙,05/20/2025,合格")
    open_either_way = drafted(tmp_path, "results", head, "1,甲,01/05/2025,合格")

    assert days_first.profile.dates == "dmy"
    assert (mixed.profile.dates, mixed.because[0]) == (
        "ymd", "日期写法不一：有“20/05/2025”，又有“05/20/2025”；请先统一",
    )  # fmt: skip
    assert (open_either_way.profile.dates, open_either_way.because) == ("ymd", ())


def test_a_serial_number_that_begins_anew_is_no_item_number(tmp_path: Path) -> None:
    head = "序号,抽查事项名称,检查对象"
    anew = drafted(
        tmp_path, "items", head, "1,许可检查,食品店", "2,标签检查,食品店", "1,计量检查,加油站"
    )
    through = drafted(tmp_path, "items", head, "1,许可检查,食品店", "2,标签检查,食品店")

    assert (anew.profile.columns["序号"], anew.profile.fill) == ("", {"code": "{#}"})
    assert (through.profile.columns["序号"], through.profile.fill) == ("code", {})


def test_section_headings_are_proposed_as_the_category(tmp_path: Path) -> None:
    found = drafted(
        tmp_path, "items", "事项编号,抽查事项名称,检查对象", "一、食品类,,", "A1,许可检查,食品店",
        "二、计量类,,", "B1,计量检查,加油站",
    )  # fmt: skip

    assert found.profile.fill == {"category": "{分节标题}"}
