"""Importing in the office: hand in, say what the columns are, read the findings, confirm, file."""

import csv
import html
import io
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from portal.domain.workflow import Role
from portal.internal.app import create_app
from portal.internal.cli import main
from portal.internal.desk import mappings, people, upload
from portal.internal.desk.mappings import Kept
from portal.internal.sheets.rules import RULES, Level
from portal.internal.tables.ledger import LedgerRow
from portal.kit import clock
from tests.conftest import NOW, Office
from tests.internal.clicking import (
    PASSWORD,
    SignIn,
    file_it,
    hand_in,
    post,
    read,
    send,
    waiting,
)
from tests.internal.makers import (
    RESULT_HEADERS,
    a_csv,
    a_result_row,
    a_result_table,
    a_table,
    batch_count,
)
from tests.makers import AGENCY, RESULT_ROW, a_workbook
from tests.stage import environ, urls

GOOD = a_result_row(identifier="91990101MA0000000U")
DOUBTFUL = a_result_row()
#: A table as an agency keeps it, with columns no template knows.
HEADERS = ("序号", "被检单位", "证照代码", "查的日子", "查了什么", "怎么样")
COLUMNS = {
    "column-0": "", "column-1": "entity_name", "column-2": "identifier",
    "column-3": "inspected_on", "column-4": "item_name", "column-5": "outcomes",
    "fill-code": "JC-{查的日子}-{序号}", "name": "月度结果表", "dates": "ymd",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "utc_now", lambda: NOW)


@pytest.fixture
def clerk(signed_in: SignIn) -> FlaskClient:
    return signed_in("lin")


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return a_result_table(tmp_path / "结果.xlsx", GOOD)


@pytest.fixture
def doubtful(tmp_path: Path) -> Path:
    return a_result_table(tmp_path / "待确认.xlsx", DOUBTFUL)


def messy(
    path: Path, month: int, *, outcome: str = "没问题", headers: tuple[str, ...] = HEADERS
) -> Path:
    """Write one month of the agency's own table."""
    return a_table(
        path,
        [f"示例市2025年{month}月检查情况"],
        headers,
        [1, "示例市青禾食品有限公司", "91990101MA0000000U", f"2025-{month:02}-20", "食品经营许可情况检查", outcome],
        [2, "示例市甲木家具有限公司", "91990101MA18HBPYGW", f"2025-{month:02}-21", "食品经营许可情况检查", outcome],
        ["合计", "2户"],
        title="Sheet1",
    )  # fmt: skip


def plain(page: str) -> str:
    """Return the words of a page."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", page.split("<main")[1])))


def columns_form(client: FlaskClient, address: str, **changes: str) -> tuple[int, str, str]:
    """Send the columns page; return status, page and where it leads."""
    answer = send(client, f"{address}/columns", f"{address}/columns", **{**COLUMNS, **changes})
    return answer.status_code, answer.get_data(as_text=True), answer.headers.get("Location", "")


def test_a_messy_file_is_explained_once_and_the_next_month_goes_through_untouched(
    clerk: FlaskClient, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    april = waiting(clerk, messy(tmp_path / "4月.xlsx", 4))
    first = read(clerk, april)
    offered = read(clerk, f"{april}/columns")
    status, _, where = columns_form(clerk, april)
    words = read(clerk, f"{april}/columns")
    explained = columns_form(
        clerk, april,
        **{"word-field-0": "outcomes", "word-from-0": "没问题", "word-to-0": "未发现问题"},
    )  # fmt: skip
    checked = read(clerk, april)
    filed = file_it(clerk, april)

    may = waiting(clerk, messy(tmp_path / "5月.xlsx", 5))
    may_checked = read(clerk, may)
    may_filed = file_it(clerk, may)
    for name, value in environ(tmp_path / "data").items():
        monkeypatch.setenv(name, value)
    june = messy(tmp_path / "3月.xlsx", 3)
    told = CliRunner().invoke(
        main, ["import", "results", str(june), "--agency", AGENCY, "--by", "lin"]
    )

    with Session(office.stores.internal) as session:
        noted = session.scalars(
            sa.select(LedgerRow.person).where(LedgerRow.action == "mapping")
        ).all()
    assert "列名需要确认，尚未登记" in first
    assert "待确认" in offered
    assert (status, where) == (303, april)
    assert "代码表以外的用语" in words
    assert "没问题" in words
    assert explained[0] == 303
    assert "将新增 4 条，变更 0 条，未变 0 条；新增中含名录库尚无的检查对象 2 个" in plain(checked)
    assert "检查通过，尚未登记" in checked
    assert "月度结果表" in plain(checked)
    assert filed.status_code == may_filed.status_code == 303
    assert "检查通过，尚未登记" in may_checked
    assert "月度结果表" in plain(may_checked)
    assert told.exit_code == 0, told.output
    assert "已登记为批次" in told.output
    assert noted == ["lin", "lin"]


def test_what_the_form_wants_is_said_beside_its_fields(clerk: FlaskClient, good: Path) -> None:
    nothing = send(clerk, "/import", "/import", kind="", agency="", pasted=" ")
    both = hand_in(clerk, good, pasted="a\tb")
    unknown = hand_in(clerk, good, given__name__0="没有的列", given__text__0="x")
    half = hand_in(clerk, good, given__name__0="任务编号", given__text__0="", sheet="抽查结果")

    pages = [each.get_data(as_text=True) for each in (nothing, both, unknown, half)]
    assert [each.status_code for each in (nothing, both, unknown, half)] == [400] * 4
    for page, fields in zip(
        pages,
        [["kind", "agency", "file"], ["pasted"], ["given-name-0"], ["given-text-0"]],
        strict=True,
    ):
        linked = re.findall(r'<a href="#f-([^"]+)"', page)
        assert linked == fields
        assert all(f'id="f-{name}-error"' in page for name in fields)
        assert re.findall(r'id="f-([\w-]+)"[^>]*aria-invalid', page) == fields
    assert 'value="没有的列"' in pages[2]
    assert 'value="任务编号"' in pages[3]


def test_a_file_over_the_limit_is_told_its_limit(
    data: Path, office: Office, signed_in: SignIn
) -> None:
    settings, internal = urls(data)
    small = create_app(replace(settings, limits=replace(settings.limits, file_mb=1)), internal)
    client = small.test_client()
    send(client, "/sign-in", "/sign-in", name="lin", password=PASSWORD)

    kind = "multipart/form-data; boundary=x"
    answer = client.post("/import", data=b"x" * 3 * 2**20, content_type=kind)

    assert answer.status_code == 413
    assert "文件超过上限 1 MB" in answer.get_data(as_text=True)


@pytest.mark.parametrize("as_page", [False, True])
def test_a_pasted_table_is_taken_like_a_file(clerk: FlaskClient, as_page: bool) -> None:  # noqa: FBT001
    rows = [RESULT_HEADERS, tuple(map(str, GOOD))]
    pasted = "\r\n".join("\t".join(row) for row in rows)
    if as_page:
        cells = ["".join(f"<td>{cell}</td>" for cell in row) for row in rows]
        pasted = f"<table>{''.join(f'<tr>{each}</tr>' for each in cells)}</table>"

    answer = send(clerk, "/import", "/import", kind="results", agency=AGENCY, pasted=pasted)

    page = read(clerk, answer.headers["Location"])
    assert "检查通过，尚未登记" in page
    assert f"粘贴的表格.{'html' if as_page else 'txt'}" in page


def test_a_large_pasted_page_is_taken(clerk: FlaskClient) -> None:
    pasted = f"<!--{'x' * 2_000_000}--><table><tr><td>a</td></tr></table>"

    token = re.findall(r'name="csrf_token" value="([^"]+)"', read(clerk, "/import"))[0]
    data = {"csrf_token": token, "kind": "results", "agency": AGENCY, "pasted": pasted}

    assert clerk.post("/import", data=data).status_code == 303


def test_what_is_the_same_in_the_whole_table_is_filed_with_every_row(
    clerk: FlaskClient, tmp_path: Path
) -> None:
    path = a_table(tmp_path / "r.xlsx", RESULT_HEADERS[:3] + RESULT_HEADERS[4:], [*GOOD[:3], *GOOD[4:]])  # fmt: skip

    address = waiting(
        clerk, path, given__name__0="检查完成日期", given__text__0="2025-05-20",
        given__name__1="内部备注", given__text__1="同上",
    )  # fmt: skip

    batch = file_it(clerk, address).headers["Location"]
    assert "2025-05-20" in plain(read(clerk, address) + read(clerk, batch))
    assert "同上" in plain(read(clerk, batch))


def test_findings_are_counted_by_rule_with_the_reason_and_listed_in_place(
    clerk: FlaskClient, tmp_path: Path
) -> None:
    rows = [a_result_row(code=f"JC-{n}", inspected_on="2025-02-30") for n in range(150)]

    address = waiting(clerk, a_result_table(tmp_path / "r.xlsx", *rows))

    page = read(clerk, address)
    words = plain(page)
    assert "有 150 处错误，尚未登记" in words
    assert "错误 150 处" in words
    assert RULES["cell"].why in words
    assert "仅列前 100 处，共 150 处" in words
    assert re.findall(r'<th scope="row" class="cell--tight">(D\d+)<', page) == [
        f"D{n}" for n in range(2, 102)
    ]
    assert "/file" not in page


def test_the_downloads_say_what_the_report_says(clerk: FlaskClient, tmp_path: Path) -> None:
    row = [*a_result_row(inspected_on="2025-02-30", outcomes="好"), "x"]
    path = a_csv(tmp_path / "=坏.csv", row, headers=(*RESULT_HEADERS, "备注2"))
    address = waiting(clerk, path)

    table = clerk.get(f"{address}/findings.csv")
    marked = clerk.get(f"{address}/marked.xlsx")

    rows = list(csv.reader(io.StringIO(table.get_data(as_text=True).removeprefix("\ufeff"))))
    book = load_workbook(io.BytesIO(marked.get_data()))
    marked.close()
    assert rows[0] == ["级别", "工作表", "位置", "列", "问题与改法", "规则", "为什么这样处理"]
    assert [row[:4] for row in rows[1:]] == [
        ["错误", "'=坏.csv", "D2", "检查完成日期"],
        ["错误", "'=坏.csv", "F2", "检查结果"],
        ["提示", "'=坏.csv", "G1", ""],
    ]
    assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))] == []
    assert book.sheetnames == ["问题清单", "=坏.csv"]
    assert {c.coordinate for row in book["=坏.csv"] for c in row if c.comment} == {
        "D2",
        "F2",
        "G1",
    }
    assert "filename*=UTF-8''" in marked.headers["Content-Disposition"]


def test_warnings_are_confirmed_or_nothing_is_filed(
    clerk: FlaskClient, office: Office, doubtful: Path
) -> None:
    address = waiting(clerk, doubtful)
    before = batch_count(office.stores)

    without = file_it(clerk, address)
    batches_then = batch_count(office.stores)
    with_it = file_it(clerk, address, confirmed="1")

    page = without.get_data(as_text=True)
    assert (without.status_code, batches_then) == (422, before)
    assert '<a href="#f-confirmed">' in page
    assert 'aria-describedby="f-confirmed-error"' in page
    assert (with_it.status_code, batch_count(office.stores)) == (303, before + 1)


def test_sent_twice_it_is_filed_once_and_leads_to_the_same_batch(
    clerk: FlaskClient, office: Office, good: Path
) -> None:
    address = waiting(clerk, good)
    before = batch_count(office.stores)
    token = re.findall(r'name="csrf_token" value="([^"]+)"', read(clerk, address))[0]

    answers = [clerk.post(f"{address}/file", data={"csrf_token": token}) for _ in range(2)]

    back = clerk.get(address)
    assert batch_count(office.stores) == before + 1
    assert len({each.headers["Location"] for each in (*answers, back)}) == 1


def test_nothing_more_is_done_with_a_file_that_is_filed(clerk: FlaskClient, good: Path) -> None:
    address = waiting(clerk, good)
    file_it(clerk, address)

    seen = [clerk.get(f"{address}{x}") for x in ("/columns", "/marked.xlsx", "/findings.csv")]
    sent = [post(clerk, "/import", f"{address}{part}") for part in ("/check", "/columns")]

    assert [each.status_code for each in seen] == [404] * 3
    assert sent == [404] * 2
    assert post(clerk, "/import", f"{address}/drop") == 303
    assert clerk.get(address).status_code == 302


def test_faults_that_came_up_meanwhile_are_shown_and_nothing_is_filed(
    clerk: FlaskClient, office: Office, doubtful: Path
) -> None:
    address = waiting(clerk, doubtful)
    office.file("results", {**RESULT_ROW, "code": "JC-9", "identifier": "91990101MA0000000U"})
    upload.accept(
        office.stores,
        a_result_table(doubtful.parent / "b.xlsx", a_result_row(code="JC-0002")),
        kind="results", agency=AGENCY, by="lin", now=NOW, terms=upload.Terms(confirmed=True),
    )  # fmt: skip
    before = batch_count(office.stores)

    answer = file_it(clerk, address, confirmed="1")

    page = answer.get_data(as_text=True)
    assert (answer.status_code, batch_count(office.stores)) == (409, before)
    assert "再次检查时出现了新的待确认之处，尚未登记" in page
    assert "疑似重复登记" in page


def test_a_file_with_faults_is_not_filed_by_force(
    clerk: FlaskClient, office: Office, tmp_path: Path
) -> None:
    address = waiting(clerk, a_result_table(tmp_path / "r.xlsx", a_result_row(outcomes="好")))
    before = batch_count(office.stores)

    answer = file_it(clerk, address, confirmed="1")

    assert (answer.status_code, batch_count(office.stores)) == (409, before)


def test_what_says_nothing_new_need_not_be_filed(
    clerk: FlaskClient, office: Office, good: Path
) -> None:
    office.take(good, "results")

    page = read(clerk, waiting(clerk, good))

    assert "与已登记的内容完全相同，不必登记" in page
    assert 'value="1" required' not in page
    assert "/file" not in page


def test_a_file_that_is_not_ones_own_looks_like_none(
    signed_in: SignIn, clerk: FlaskClient, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = waiting(clerk, good)
    stranger = signed_in("elsewhere")
    none = f"/import/{'x' * 32}"

    theirs = [stranger.get(f"{address}{part}") for part in ("", "/columns", "/marked.xlsx")]
    unknown = [stranger.get(f"{none}{part}") for part in ("", "/columns", "/marked.xlsx")]
    filed = post(stranger, "/import", f"{address}/file")
    monkeypatch.setattr(clock, "utc_now", lambda: NOW + timedelta(hours=25))
    late = signed_in("lin").get(address)

    assert [each.status_code for each in (*theirs, *unknown, late)] == [404] * 7
    assert [each.get_data() for each in theirs] == [each.get_data() for each in unknown]
    assert filed == 404
    assert "上传已超过 24 小时而清除" in late.get_data(as_text=True)


def test_who_has_left_the_agency_finds_nothing_that_they_handed_in_there(
    office: Office, signed_in: SignIn, clerk: FlaskClient, good: Path
) -> None:
    address = waiting(clerk, good)
    people.add(
        office.stores.internal, name="lin", display="lin", agency="990199-X", roles=(Role.CLERK,),
        password=None,
    )  # fmt: skip
    moved = signed_in("lin")

    found = [
        moved.get(f"{address}{part}") for part in ("", "/columns", "/marked.xlsx", "/findings.csv")
    ]

    assert [each.status_code for each in found] == [404] * 4
    assert address not in read(moved, "/import")


@pytest.mark.parametrize("name", ["a\x01b.csv", "a\x1b.csv", "a\x7f.csv", "\u202ea.csv", "\x01"])
def test_signs_in_the_name_of_a_file_that_show_nothing_are_left_out(
    clerk: FlaskClient, good: Path, name: str
) -> None:
    with good.open("rb") as file:
        answer = send(clerk, "/import", "/import", kind="results", agency=AGENCY, file=(file, name))
    address = answer.headers["Location"]

    marked = clerk.get(f"{address}/marked.xlsx")
    marked.close()

    told = marked.headers["Content-Disposition"]
    assert marked.status_code == 200
    assert told.isprintable()
    assert not {"%01", "%1B", "%7F", "%E2%80%AE"} & set(
        re.findall("%E2%80%AE|%[01][0-9A-F]|%7F", told)
    )


def test_a_worksheet_asked_for_by_a_name_that_no_workbook_may_hold_breaks_no_download(
    clerk: FlaskClient, tmp_path: Path
) -> None:
    address = waiting(clerk, a_csv(tmp_path / "r.csv", GOOD), sheet="表\x01\ufffe")

    marked = clerk.get(f"{address}/marked.xlsx")
    body = marked.get_data()
    marked.close()

    assert marked.status_code == 200
    assert "表" in load_workbook(io.BytesIO(body)).sheetnames


def test_given_up_it_is_gone_and_giving_up_again_is_harmless(
    clerk: FlaskClient, good: Path
) -> None:
    address = waiting(clerk, good)

    statuses = [post(clerk, "/import", f"{address}/drop") for _ in range(2)]

    assert statuses == [303, 303]
    assert clerk.get(address).status_code == 404
    assert good.name not in read(clerk, "/import")


def test_another_file_takes_the_place_of_the_first_on_the_same_terms(
    clerk: FlaskClient, good: Path, doubtful: Path
) -> None:
    first = waiting(clerk, good, given__name__0="内部备注", given__text__0="同上", sheet="抽查结果")
    token = first.rsplit("/", 1)[1]
    form = read(clerk, f"/import?instead={token}")

    second = waiting(clerk, doubtful, instead=token)

    assert 'value="内部备注"' in form
    assert 'value="同上"' in form
    assert 'value="抽查结果"' in form
    assert clerk.get(first).status_code == 404
    assert clerk.get(second).status_code == 200


def test_a_waiting_file_is_listed_on_the_form(clerk: FlaskClient, good: Path) -> None:
    address = waiting(clerk, good)

    assert f'href="{address}"' in read(clerk, "/import")


def test_looking_again_does_not_check_again(
    clerk: FlaskClient, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = waiting(clerk, good)
    monkeypatch.setattr(upload, "accept", None)

    assert clerk.get(address).status_code == 200


def test_a_file_is_checked_again_on_other_terms(clerk: FlaskClient, good: Path) -> None:
    book = load_workbook(good)
    book.copy_worksheet(book.worksheets[0]).title = "八月"
    book.worksheets[0].title = "七月"
    book.save(good)
    address = waiting(clerk, good)
    before = read(clerk, address)

    bad = send(
        clerk, address, f"{address}/check", terms="1", given__name__0="没有", given__text__0="x"
    )
    good_one = post(clerk, address, f"{address}/check", terms="1", sheet="八月", mapping="")

    assert "文件不能读取" in before
    assert bad.status_code == 422
    assert "没有列“没有”" in bad.get_data(as_text=True)
    assert good_one == 303
    assert "检查通过，尚未登记" in read(clerk, address)


def test_profiles_that_fit_alike_are_told_apart_by_the_clerk(
    clerk: FlaskClient, office: Office, tmp_path: Path
) -> None:
    address = waiting(clerk, messy(tmp_path / "a.xlsx", 4, outcome="未发现问题"))
    columns_form(clerk, address, name="甲")
    kept = mappings.find(office.stores, AGENCY, "results", "甲")
    mappings.save(office.stores, Kept(AGENCY, "results", "乙", kept.text), by="lin", now=NOW)

    other = waiting(clerk, messy(tmp_path / "b.xlsx", 5, outcome="未发现问题"))

    refused = read(clerk, other)
    chosen = post(clerk, other, f"{other}/check", terms="1", mapping="乙")
    assert "未能检查" in refused
    assert "请指明用哪一个" in refused
    assert "--mapping" not in refused
    assert chosen == 303
    assert "检查通过，尚未登记" in read(clerk, other)


def test_no_page_speaks_to_the_command_line(clerk: FlaskClient, tmp_path: Path) -> None:
    page = read(clerk, waiting(clerk, messy(tmp_path / "a.xlsx", 4)))

    assert "缺少必填列" in page
    assert "--set" not in page
    assert "[fill]" not in page


@pytest.mark.parametrize(
    ("changes", "field", "what"),
    [
        ({"column-0": "entity_name"}, "column-1", "都对应“检查对象名称”；只能有一列"),
        ({"column-5": ""}, "fill-outcomes", "“检查结果”必填"),
        ({"fill-code": "JC-{没有}"}, "fill-code", "“{没有}”不是来源表的列名"),
        ({"name": ""}, "name", "请给方案起个名称"),
        ({"name": "../x"}, "name", "方案名称用汉字"),
        ({"name": "已有"}, "name", "已有名为“已有”的方案"),
    ],
)
def test_what_is_wrong_with_the_columns_is_said_and_nothing_typed_is_lost(  # noqa: PLR0917
    clerk: FlaskClient,
    office: Office,
    tmp_path: Path,
    changes: dict[str, str],
    field: str,
    what: str,
) -> None:
    mappings.save(office.stores, Kept(AGENCY, "results", "已有", 'kind = "results"\n[columns]\n"x" = ""'), by="lin", now=NOW)  # fmt: skip
    address = waiting(clerk, messy(tmp_path / "a.xlsx", 4))

    status, page, _ = columns_form(clerk, address, **changes)

    said = {**COLUMNS, **changes}
    assert status == 422
    assert what in plain(page)
    assert f'<a href="#f-{field}">' in page
    assert f'id="f-{field}-error"' in page
    assert f'name="fill-code" value="{said["fill-code"]}"' in re.sub(r'" aria-[^>]*?value', '" value', page).replace('" required', '"')  # fmt: skip
    assert '<option value="item_name" selected>' in page
    assert [each.name for each in mappings.kept(office.stores, AGENCY)] == ["已有"]


def test_a_profile_of_the_same_name_is_replaced_only_when_that_is_said(
    clerk: FlaskClient, office: Office, tmp_path: Path
) -> None:
    mappings.save(office.stores, Kept(AGENCY, "results", "月度结果表", 'kind = "results"\n[columns]\n"x" = ""'), by="lin", now=NOW)  # fmt: skip
    address = waiting(clerk, messy(tmp_path / "a.xlsx", 4))

    without = columns_form(clerk, address)[0]
    with_it = columns_form(clerk, address, replace="1")[0]

    kept = mappings.find(office.stores, AGENCY, "results", "月度结果表")
    assert (without, with_it) == (422, 303)
    assert kept.profile().columns["被检单位"] == "entity_name"


def test_wordings_this_table_does_not_use_stay_in_the_profile(
    clerk: FlaskClient, office: Office, tmp_path: Path
) -> None:
    def words(text: str) -> dict[str, str]:
        return {"word-field-0": "outcomes", "word-from-0": text, "word-to-0": "未发现问题"}

    april = waiting(clerk, messy(tmp_path / "a.xlsx", 4, outcome="没问题"))
    columns_form(clerk, april, **words("没问题"))
    may = waiting(clerk, messy(tmp_path / "b.xlsx", 5, outcome="挺好"))
    columns_form(clerk, may, **words("挺好"))

    kept = mappings.find(office.stores, AGENCY, "results", "月度结果表").profile()
    assert kept.values == {"outcomes": {"没问题": "未发现问题", "挺好": "未发现问题"}}


def test_a_blank_may_mean_the_same_as_above_and_dates_may_begin_with_the_month(
    clerk: FlaskClient, office: Office, tmp_path: Path
) -> None:
    path = a_table(
        tmp_path / "a.xlsx", HEADERS,
        [1, "示例市青禾食品有限公司", "91990101MA0000000U", "5/20/2025", "食品经营许可情况检查", "未发现问题"],
        [2, "示例市甲木家具有限公司", "91990101MA18HBPYGW", None, "食品经营许可情况检查", "未发现问题"],
    )  # fmt: skip
    address = waiting(clerk, path)

    columns_form(clerk, address, **{"down-3": "1", "dates": "mdy", "fill-code": "JC-{序号}"})

    kept = mappings.find(office.stores, AGENCY, "results", "月度结果表").profile()
    assert (kept.fill_down, kept.dates) == (("查的日子",), "mdy")
    assert "检查通过，尚未登记" in read(clerk, address)


def test_what_a_tick_stands_for_is_chosen_where_the_column_is_explained(
    clerk: FlaskClient, office: Office, tmp_path: Path
) -> None:
    party = ["示例市青禾食品有限公司", "91990101MA0000000U", "2025-05-20", "食品经营许可情况检查"]
    path = a_table(tmp_path / "a.xlsx", [*HEADERS[:5], "没事", "有事"], [1, *party, "√", None])
    address = waiting(clerk, path)

    offered = read(clerk, f"{address}/columns")
    ticks = {
        "column-5": "outcomes=未发现问题",
        "column-6": "outcomes=发现问题已责令改正",
        "fill-code": "JC-{序号}",
    }
    columns_form(clerk, address, **ticks)

    kept = mappings.find(office.stores, AGENCY, "results", "月度结果表").profile()
    assert "打勾代表 检查结果=发现问题已责令改正" in offered
    assert (kept.columns["没事"], kept.columns["有事"]) == tuple(ticks.values())[:2]
    assert "检查通过，尚未登记" in read(clerk, address)


def test_a_header_that_is_not_found_is_pointed_out(clerk: FlaskClient, tmp_path: Path) -> None:
    path = a_table(tmp_path / "a.xlsx", ["一", "二", "三", "四", "五"], HEADERS, [1, *["x"] * 5])
    address = waiting(clerk, path)

    guessed = read(clerk, f"{address}/columns")
    pointed = read(clerk, f"{address}/columns?header_row=2")

    assert "被检单位" not in guessed.split("各列的对应")[1].split("内容举例")[0]
    assert "“被检单位”对应的列" in pointed
    assert 'name="header_row" value="2"' in pointed


def test_an_empty_table_has_no_columns_to_explain(clerk: FlaskClient, tmp_path: Path) -> None:
    address = waiting(clerk, a_table(tmp_path / "a.xlsx", ["只有一句话"]))

    answer = clerk.get(f"{address}/columns")

    assert answer.status_code == 422
    assert "表头在第几行" in answer.get_data(as_text=True)


def test_profiles_are_listed_read_and_edited(
    clerk: FlaskClient, signed_in: SignIn, office: Office
) -> None:
    text = 'kind = "results"\n[columns]\n"被检单位" = "检查对象名称"\n'
    mappings.save(office.stores, Kept(AGENCY, "results", "甲", text), by="lin", now=NOW)
    address = f"/mappings/{AGENCY}/results/%E7%94%B2"

    listed = read(clerk, "/mappings/")
    broken = send(clerk, address, address, text=text + "[columns")
    unknown = send(clerk, address, address, text=text.replace("检查对象名称", "没有的列"))
    edited = send(clerk, address, address, text=text.replace("被检单位", "受检单位"))

    reviewer = signed_in("wu")
    assert f'href="{address}"' in listed
    assert (broken.status_code, unknown.status_code, edited.status_code) == (422, 422, 303)
    assert "不是合法的映射方案（TOML）" in broken.get_data(as_text=True)
    assert "[columns</textarea>" in broken.get_data(as_text=True)
    assert "没有列“没有的列”" in plain(unknown.get_data(as_text=True))
    assert mappings.find(office.stores, AGENCY, "results", "甲").profile().columns == {
        "受检单位": "entity_name"
    }
    assert "<textarea" not in read(reviewer, address)
    assert post(reviewer, "/batches/", address, text=text) == 403
    assert signed_in("elsewhere").get(address).status_code == 403
    assert clerk.get(f"/mappings/{AGENCY}/results/no").status_code == 404
    assert clerk.get(f"/mappings/{AGENCY}/no/no").status_code == 404


def test_the_rules_are_all_explained(clerk: FlaskClient) -> None:
    page = plain(read(clerk, "/sheets/rules"))

    assert [rule.title for rule in RULES.values() if rule.title not in page] == []
    assert [rule.why for rule in RULES.values() if rule.why not in page] == []
    assert [level.zh for level in Level if level.zh not in page] == []
    assert 'href="/sheets/rules"' in read(clerk, "/sheets/")
    assert 'href="/sheets/rules"' in read(clerk, "/import")


def test_a_batch_says_how_its_file_was_read_and_what_else_was_in_it(
    clerk: FlaskClient, tmp_path: Path
) -> None:
    address = waiting(clerk, messy(tmp_path / "a.xlsx", 4, outcome="未发现问题"))
    columns_form(clerk, address)

    page = read(clerk, file_it(clerk, address).headers["Location"])

    words = plain(page)
    assert "/mappings/990100-SCJG/results/" in page
    assert "导入时的提示" in words
    assert "非数据行 3 行" in words
    assert "第 1 行 标题 示例市2025年4月检查情况" in words
    assert "第 5 行 合计 合计 2户" in words
    assert "原表内容" in words
    assert "序号 1" in words


@pytest.mark.parametrize("part", ["", "/check", "/file", "/drop", "/columns"])
def test_no_form_of_an_import_works_without_its_token(
    clerk: FlaskClient, good: Path, office: Office, part: str
) -> None:
    address = waiting(clerk, good)
    before = batch_count(office.stores)

    answer = clerk.post(f"{address}{part}" if part else "/import", data={"confirmed": "1"})

    assert answer.status_code == 400
    assert batch_count(office.stores) == before
    assert clerk.get(address).status_code == 200


@pytest.mark.parametrize("name", ["wu", "he"])
def test_only_clerks_import(signed_in: SignIn, name: str) -> None:
    client = signed_in(name)

    answers = [client.get(each).status_code for each in ("/import", f"/import/{'x' * 32}", f"/import/{'x' * 32}/columns")]  # fmt: skip

    assert answers == [403, 403, 403]


def test_nothing_that_waits_is_shown_before_signing_in(
    office_app: Flask, clerk: FlaskClient, good: Path
) -> None:
    address = waiting(clerk, good)
    client = office_app.test_client()

    parts = ("", "/columns", "/marked.xlsx", "/findings.csv")
    answers = [client.get(f"{address}{part}") for part in parts]

    assert [(a.status_code, a.headers["Location"].split("?")[0]) for a in answers] == [
        (302, "/sign-in")
    ] * 4


def test_a_document_is_handed_in_like_a_table(clerk: FlaskClient, tmp_path: Path) -> None:
    path = tmp_path / "d.md"
    path.write_text("---\n编号: fangan\n---\n正文", "utf-8")

    address = waiting(clerk, path, kind="documents")

    page = read(clerk, address)
    assert "处错误，尚未登记" in page
    assert "对应列名与用语" not in page
    assert clerk.get(f"{address}/columns").status_code == 404


def test_a_kind_of_the_platform_is_not_for_every_clerk(signed_in: SignIn, tmp_path: Path) -> None:
    path = a_workbook(tmp_path / "a.xlsx", "agencies", [{"code": "990199-X", "name": "示例县"}])

    answer = hand_in(signed_in("elsewhere"), path, kind="agencies", agency="990199-X")

    assert answer.status_code == 403
    assert "不能办理" in answer.get_data(as_text=True)
