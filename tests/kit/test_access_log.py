"""What the access log says of an answer, and what it keeps to itself."""

import json
import logging
from datetime import timedelta
from types import SimpleNamespace

import pytest
from gunicorn.config import Config

from portal.kit.access_log import AccessLog


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/results/r_1", "200 OK", "/results/r_1"),
        ("/replies/K7QM2X9ABCDE", "200 OK", "/replies/"),
        ("/replies/", "200 OK", "/replies/"),
        ("/typed/by/somebody", "404 NOT FOUND", None),
    ],
)
def test_it_names_neither_a_letter_nor_what_does_not_exist(
    caplog: pytest.LogCaptureFixture, path: str, status: str, told: str | None
) -> None:
    settings = Config()
    settings.set("accesslog", "-")
    log = AccessLog(settings)
    log.access_log = logging.getLogger("access")
    asked = {"REMOTE_ADDR": "192.0.2.77", "REQUEST_METHOD": "GET", "PATH_INFO": path}

    with caplog.at_level(logging.INFO, "access"):
        log.access(SimpleNamespace(status=status, sent=5), None, asked, timedelta(0))

    line = json.loads(caplog.messages[0])
    assert (line["path"], line["from"]) == (told, "192.0.2.0")
