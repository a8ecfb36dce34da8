"""What is sent piece by piece ends when something in it is taken back, and keeps no old view of the register."""

import json
import tempfile
from datetime import UTC, date, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from portal.domain.draws import DrawMethod
from portal.internal.desk.stores import Stores
from portal.public.api import workbook
from portal.public.streaming import Retired
from portal.register import purging
from portal.register.packages import PIECE, Member, Package
from portal.register.records import Kind, PublicDraw
from portal.register.writer import open_pen
from tests.register.makers import a_public_agency, a_public_entity

NOW = datetime(2025, 6, 1, 4, tzinfo=UTC)
NAMED = "示例市麒麟食品有限公司".encode()


def test_a_package_under_way_gives_nothing_more_once_somebody_in_it_is_hidden(
    stores: Stores, client: FlaskClient
) -> None:
    """A slow line had got the rest of it, and held up for as long as it liked that the file was written anew."""
    listed = {"objects": [{"object_id": "1", "name": NAMED.decode(), "note": " " * 2 * PIECE}]}
    text = json.dumps(listed, ensure_ascii=False).encode()
    draw = PublicDraw(
        id="d_1", agency_id="a_1", name="一轮", round_no=1, drawn_on=date(2025, 5, 7), method=DrawMethod.SOFTWARE.value,
        draw_code="shili-1", package_sha256=sha256(text).hexdigest(), package_bytes=len(text),
    )  # fmt: skip
    with open_pen(stores.register, now=NOW) as pen:
        pen.append(a_public_agency(id="a_1"))
        pen.append(draw)
        pen.flush()
        pen.attach("d_1", Package(text, [Member("1", "一般", "drawn", 0, "{}")], []))
    whole = client.get("/draws/d_1/package.json").data
    answer = client.open("/draws/d_1/package.json", buffered=False)
    pieces = iter(answer.response)
    got = [next(pieces)]
    with open_pen(stores.register, now=NOW) as pen:
        pen.attach("d_1", Package(b"{}", [], []))

    with pytest.raises(Retired):
        got += pieces
    assert whole == text
    assert len(got) == 1
    purging.rewrite(stores.register)
    answer.close()


def test_a_part_of_the_sitemap_under_way_ends_likewise(stores: Stores, client: FlaskClient) -> None:
    with open_pen(stores.register, now=NOW) as pen:
        pen.append(a_public_agency())
        for number in range(2500):
            pen.append(a_public_entity(id=f"e_{number:04}"))
    whole = client.get("/sitemap/entities.xml").data
    answer = client.open("/sitemap/entities.xml", buffered=False)
    pieces = iter(answer.response)
    next(pieces)
    with open_pen(stores.register, now=NOW) as pen:
        pen.withdraw(Kind.ENTITY, ["e_2499"])

    with pytest.raises(Retired):
        list(pieces)
    assert whole.count(b"<loc>") == 2500
    assert whole.endswith(b"</urlset>\n")
    purging.rewrite(stores.register)
    answer.close()


def test_a_workbook_that_is_broken_off_leaves_no_file_behind(
    stores: Stores, client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rows had lain in the folder for temporary files as long as the process lived, whatever was withdrawn since."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    with open_pen(stores.register, now=NOW) as pen:
        pen.append(a_public_agency())
        for number in range(3):
            pen.append(a_public_entity(id=f"e_{number}"))
    with client.get("/api/v1/entities.xlsx") as whole:
        book = load_workbook(BytesIO(whole.data))
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    refused = client.get("/api/v1/entities.xlsx?lang=en")

    assert (whole.status_code, refused.status_code) == (200, 400)
    rows = book.worksheets[0].iter_rows(min_row=2, values_only=True)
    assert [row[0] for row in rows] == ["e_0", "e_1", "e_2"]
    assert list(folder.iterdir()) == []
