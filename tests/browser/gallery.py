"""Takes a picture of every kind of page: wide and narrow, both languages, dark and as printed.

    python -m tests.browser.gallery FOLDER [NAME …]

The pages are those of the stores that the settings name (PORTAL_DATA); with NAMEs only the pages so
called. Pictures are `NAME-WIDTH-LANGUAGE[-dark].png`, with `paper` for a width as printed.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from flask import Flask
from selenium.webdriver import Chrome
from werkzeug.serving import make_server

from portal.public.app import create_app
from tests.browser.screen import PAPER, WIDTHS, look, opened, resize, shoot
from tests.browser.sights import in_english, sights


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve `app` on a free loopback port; the address is what is given."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def take(browser: Chrome, address: str, name: str, folder: Path) -> None:
    """Take every picture of the page at `address`."""
    for width in WIDTHS:
        resize(browser, width)
        look(browser)
        for language, page in (("zh", address), ("en", in_english(address))):
            browser.get(page)
            shoot(browser, folder / f"{name}-{width}-{language}.png")
        browser.get(address)
        look(browser, dark=True)
        shoot(browser, folder / f"{name}-{width}-zh-dark.png")
    resize(browser, PAPER)
    look(browser, paper=True)
    shoot(browser, folder / f"{name}-paper-zh.png")
    look(browser)


def main() -> int:
    """Take the pictures; the exit status is 0, or 2 when a name is none of a page."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("names", nargs="*")
    given = asked.parse_args()
    app = create_app()
    pages = sights(app.test_client())
    if unknown := set(given.names) - set(pages):
        sys.stderr.write(f"no such page: {', '.join(sorted(unknown))}\n")
        return 2
    given.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as profile, served(app) as site:
        browser = opened(Path(profile))
        try:
            for name in given.names or pages:
                take(browser, site + pages[name], name, given.folder)
        finally:
            browser.quit()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
