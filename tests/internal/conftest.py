"""The office with its people signed in."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.domain.workflow import Role
from portal.internal.app import create_app
from portal.internal.desk import people
from tests.conftest import Office
from tests.internal.clicking import PASSWORD, SignIn, post
from tests.stage import urls


@pytest.fixture
def office_app(office: Office, data: Path) -> Flask:
    """The office over stores in which everyone has a password."""
    accounts = (
        ("lin", (Role.CLERK,), "*"),
        ("wu", (Role.REVIEWER,), "*"),
        ("he", (Role.PUBLISHER,), "*"),
        ("root", (Role.ADMIN,), "*"),
        ("elsewhere", (Role.CLERK, Role.REVIEWER, Role.PUBLISHER), "990199-X"),
    )
    for name, roles, agency in accounts:
        people.add(
            office.stores.internal,
            name=name,
            display=name,
            agency=agency,
            roles=roles,
            password=PASSWORD,
        )
    settings, internal = urls(data)
    return create_app(settings, internal)


@pytest.fixture
def signed_in(office_app: Flask) -> SignIn:
    def enter(name: str) -> FlaskClient:
        client = office_app.test_client()
        assert post(client, "/sign-in", "/sign-in", name=name, password=PASSWORD) == 302
        return client

    return enter
