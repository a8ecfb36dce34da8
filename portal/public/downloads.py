"""create_app() of the process that serves whole sets and files of dumps, and nothing that anybody waits for."""

from flask import Flask

from portal.kit.config import Settings
from portal.public import berths
from portal.public.app import create_app as create_site


def create_app(settings: Settings | None = None) -> Flask:
    """Build the site with as many places for downloads as its threads hold."""
    app = create_site(settings)
    berths.moor(app.extensions, berths.of_downloads())
    return app
