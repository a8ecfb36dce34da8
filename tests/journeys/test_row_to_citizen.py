"""A row of a result sheet, from the desk to the citizen."""

from flask.testing import FlaskClient

from tests.conftest import Office
from tests.makers import CANARY, CODE_CANARY, RESULT_ROW


def test_a_row_in_a_workbook_becomes_a_public_page(office: Office, client: FlaskClient) -> None:
    outcome = office.put("results", RESULT_ROW)

    page = client.get("/results/").get_data(as_text=True)

    assert (outcome.published, outcome.amended) == (2, 0)  # the party and the check
    assert "示例市青禾食品有限公司" in page
    assert CANARY not in page
    assert CODE_CANARY not in page
