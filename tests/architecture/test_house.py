"""The shape of the house.

Context: short modules with one subject each are read, long ones are searched. Decision: no module
over 300 lines; every package says what it is in its docstring and holds nothing else; the import
contracts hold; README names every setting and command. Consequence: the build fails otherwise.
"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from portal.internal.cli import main as office
from portal.kit.config import KNOWN
from portal.public.cli import main as site

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "portal").rglob("*.py"))
LONGEST = 300
#: Packages whose __init__ gathers the blueprints below it.
GATHERING = {"portal/public/pages/__init__.py", "portal/internal/pages/__init__.py"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_short_and_says_what_it_is(path: Path) -> None:
    text = path.read_text("utf-8")

    assert len(text.splitlines()) <= LONGEST
    assert ast.get_docstring(ast.parse(text))


def test_packages_hold_a_docstring_and_nothing_else() -> None:
    fuller = [
        str(path.relative_to(ROOT))
        for path in MODULES
        if path.name == "__init__.py" and len(ast.parse(path.read_text("utf-8")).body) > 1
    ]

    assert set(fuller) == GATHERING


def test_readme_names_every_setting_and_command() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")

    assert [name for name in KNOWN if name not in readme] == []
    assert [name for name in (*office.commands, *site.commands) if name not in readme] == []


@pytest.mark.parametrize(
    "command", [*office.commands.values(), *site.commands.values()], ids=lambda c: c.name
)
def test_every_command_explains_itself(command: object) -> None:
    assert getattr(command, "help", None)


@pytest.mark.slow
def test_the_import_contracts_hold() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 0, done.stdout
