"""What a file carries besides what one sees in it: names of authors, remarks, hidden rows. None of it becomes public."""

from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from portal.internal.desk.upload import Refused, Terms, Unconfirmed, accept
from tests.conftest import NOW, Office
from tests.makers import AGENCY, RESULT_ROW, a_text, a_workbook
from tests.raw import store_bytes

_SECRET = "内情知情人士甲"
_HEAD = {
    "code": "D1", "title": "通报", "kind": "实施方案", "issued_on": "2025-05-30", "agency": AGENCY,
    "summary": "通报。",
}  # fmt: skip


def _laden(path: Path) -> Path:
    """Put a name wherever a workbook keeps words beside its cells."""
    book = load_workbook(a_workbook(path, "results", [RESULT_ROW]))
    facts = book.properties
    facts.creator = facts.lastModifiedBy = facts.title = facts.subject = _SECRET
    facts.keywords = facts.description = facts.category = facts.identifier = _SECRET
    sheet = book.worksheets[0]
    sheet["A2"].comment = Comment(_SECRET, _SECRET)
    sheet.print_title_rows, sheet.sheet_properties.codeName = "1:1", _SECRET
    sheet.add_data_validation(DataValidation("list", formula1=f'"{_SECRET}"', prompt=_SECRET))
    book.defined_names["起草"] = DefinedName("起草", attr_text=f'"{_SECRET}"', comment=_SECRET)
    book.save(path)
    return path


def test_no_word_beside_the_cells_of_a_workbook_becomes_public(office: Office, data: Path) -> None:
    path = _laden(office.folder / "results.xlsx")
    assert path.stat().st_size > 0

    done = office.publish(office.take(path, "results").batch_id)

    assert done.published
    assert _SECRET.encode() not in store_bytes(data)


@pytest.mark.parametrize(
    "body",
    [
        f"共抽查一户。<!-- {_SECRET} -->",
        f'见[附件](https://example.cn/a "{_SECRET}")。',
        f"![{_SECRET}](data:image/jpeg;base64,/9j/4QBYRXhpZg)",
        f'<span title="{_SECRET}">共抽查一户。</span>',
    ],
)
def test_a_document_with_words_that_its_page_does_not_show_is_refused(
    office: Office, body: str
) -> None:
    with pytest.raises(Refused) as refused:
        office.take(a_text(office.folder / "d.md", body, **_HEAD), "documents")

    (told,) = refused.value.report.errors
    assert "网页上看不到" in str(told)
    assert _SECRET not in str(told)


@pytest.mark.parametrize("place", ["row", "column"])
def test_what_is_hidden_in_a_workbook_is_confirmed_before_it_is_filed(
    office: Office, place: str
) -> None:
    path = a_workbook(
        office.folder / "r.xlsx", "results", [RESULT_ROW, {**RESULT_ROW, "code": "JC-2"}]
    )
    book = load_workbook(path)
    if place == "row":
        book.worksheets[0].row_dimensions[3].hidden = True
    else:
        book.worksheets[0].column_dimensions["B"].hidden = True
    book.save(path)

    with pytest.raises(Unconfirmed) as unconfirmed:
        accept(office.stores, path, kind="results", agency=AGENCY, by="lin", now=NOW, terms=Terms())

    assert "hidden" in unconfirmed.value.report.counts
    assert office.take(path, "results").batch_id is not None
