"""The office's pages as a person uses them: a form is fetched, filled in and sent."""

import re
from collections.abc import Callable
from pathlib import Path

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.makers import AGENCY

PASSWORD = "a-long-enough-one"
SignIn = Callable[[str], FlaskClient]


def read(client: FlaskClient, address: str) -> str:
    """Return a page."""
    return client.get(address).get_data(as_text=True)


def send(client: FlaskClient, form: str, target: str, **fields: object) -> TestResponse:
    """Send a form found on the page `form`."""
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', read(client, form))[0]
    data = {"csrf_token": token, **{name.replace("__", "-"): v for name, v in fields.items()}}
    return client.post(target, data=data, content_type="multipart/form-data")


def post(client: FlaskClient, form: str, target: str, **fields: object) -> int:
    """Send a form; return the status of the answer."""
    answer = send(client, form, target, **fields)
    answer.close()
    return answer.status_code


def hand_in(client: FlaskClient, path: Path, **fields: object) -> TestResponse:
    """Hand in a file of results, unless `fields` say otherwise."""
    usual = {"kind": "results", "agency": AGENCY}
    with path.open("rb") as file:
        return send(client, "/import", "/import", **{**usual, "file": (file, path.name), **fields})


def waiting(client: FlaskClient, path: Path, **fields: object) -> str:
    """Hand in a file that is taken to be checked; return the address of what was found."""
    answer = hand_in(client, path, **fields)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


def file_it(client: FlaskClient, address: str, **fields: object) -> TestResponse:
    """File what waits at this address."""
    return send(client, address, f"{address}/file", **fields)
