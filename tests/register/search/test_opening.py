"""The address of the engine says which it is."""

from pathlib import Path

import pytest

from portal.register.search.model import UnknownEngine
from portal.register.search.opening import open_engine, open_writer
from tests.register.search.makers import a_document


def test_an_absolute_folder_is_opened_for_reading_and_writing(tmp_path: Path) -> None:
    url = f"whoosh://{tmp_path}/a%20folder"
    open_writer(url).rebuild([a_document(1)], serial=7, epoch="e")

    assert open_engine(url).serial() == 7
    assert (tmp_path / "a folder" / "CURRENT").exists()


@pytest.mark.parametrize(
    "url",
    ["", "var/search", "whoosh:relative", "whoosh://host/path", "opensearch+http://localhost"],
)
def test_any_other_address_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(UnknownEngine, match="PORTAL_SEARCH_URL must look like"):
        open_engine(url)
