"""What axe-core, the accessibility checker, finds on the page a browser stands on."""

import os
import sys
from pathlib import Path

from selenium.webdriver import Chrome

#: Rules of WCAG 2.2, levels A and AA.
_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
_RUN = """
const done = arguments[arguments.length - 1];
axe.run(document, {runOnly: {type: 'tag', values: arguments[0]}, resultTypes: ['violations']})
  .then(found => done(found.violations.map(
    each => each.id + ': ' + each.nodes.map(node => node.target.join(' ')).slice(0, 3).join(' | '))))
  .catch(fault => done(['axe failed: ' + fault]));
"""


def checker() -> str:
    """Return the checker's program, which `make test` fetches with npm and which AXE_CORE may name.

    Raises:
        FileNotFoundError: it has not been fetched; the words say how.

    """
    kept = Path(sys.prefix) / "node_modules" / "axe-core" / "axe.min.js"
    place = Path(os.environ.get("AXE_CORE", kept))
    if not place.is_file():
        raise FileNotFoundError(
            f"axe-core is missing at {place}: install npm, then run `make judges`, or name the file in AXE_CORE"
        )
    return place.read_text("utf-8")


def violations(browser: Chrome, program: str) -> list[str]:
    """Return what breaks WCAG 2.2 AA on the page as it is now: rule, and where."""
    if not browser.execute_script("return Boolean(window.axe)"):
        browser.execute_script(program)
    found = browser.execute_async_script(_RUN, list(_TAGS))
    return [str(each) for each in found]
