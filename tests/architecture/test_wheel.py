"""An installed wheel works from any directory.

Context: operators install a package, not a checkout. Decision: templates, static files and
migrations travel inside it. Consequence: a file that a page needs and the wheel lacks fails here.
"""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PROBE = """
import sys
sys.path.insert(0, {wheel!r})
import portal
assert portal.__file__.startswith({wheel!r}), portal.__file__
from portal.kit import config, migrate
settings = config.load()
migrate.upgrade("register", settings.register_url)
migrate.upgrade("letterbox", settings.letterbox_url)
migrate.upgrade("internal", config.internal_url())
from portal.public.app import create_app
from portal.internal.app import create_app as create_office
import wsgi
for app in (create_app(), create_office(), wsgi.app):
    client = app.test_client()
    print(client.get("/", follow_redirects=True).status_code, client.get("/static/css/site.css").status_code)
"""


@pytest.mark.slow
def test_an_installed_wheel_carries_all_it_needs(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-c", f"import os; os.chdir({str(ROOT)!r}); from hatchling.build import build_wheel; print(build_wheel({str(tmp_path)!r}))"],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    [wheel] = tmp_path.glob("*.whl")
    installed, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    env = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}

    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROBE.format(wheel=str(installed))],
        cwd=elsewhere, env=env, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip

    assert done.stderr == ""
    assert done.stdout == "200 200\n" * 3
