"""The office with its people signed in."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.domain.workflow import Role
from portal.internal.app import create_app
from portal.internal.desk import people
from tests import stage
from tests.conftest import Office, opened
from tests.internal.clicking import PASSWORD, SignIn, post
from tests.stage import urls


@pytest.fixture(scope="session")
def staffed(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The furnished office, in which everyone has a password; to be copied."""
    data = stage.copy(furnished, tmp_path_factory.mktemp("staffed") / "data")
    accounts = (
        ("lin", (Role.CLERK,), "*"),
        ("wu", (Role.REVIEWER,), "*"),
        ("he", (Role.PUBLISHER,), "*"),
        ("root", (Role.ADMIN,), "*"),
        ("elsewhere", (Role.CLERK, Role.REVIEWER, Role.PUBLISHER), "990199-X"),
    )
    with opened(data) as stores:
        for name, roles, agency in accounts:
            people.add(
                stores.internal, name=name, display=name, agency=agency, roles=roles,
                password=PASSWORD,
            )  # fmt: skip
    return data


@pytest.fixture
def office_app(office: Office, data: Path) -> Flask:
    """The office over stores in which everyone has a password."""
    del office
    settings, internal = urls(data)
    return create_app(settings, internal)


@pytest.fixture
def signed_in(office_app: Flask) -> SignIn:
    def enter(name: str) -> FlaskClient:
        client = office_app.test_client()
        assert post(client, "/sign-in", "/sign-in", name=name, password=PASSWORD) == 302
        return client

    return enter
