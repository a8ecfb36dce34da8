"""How the command line tells people and programs what happened."""

import json
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn

import click

from portal.domain.errors import PortalError
from portal.internal.desk import upload
from portal.internal.sheets.report import Report
from portal.kit import config

REFUSED = 1
#: Faults shown on a terminal; --all shows every one.
SHOWN = 20


def refuse(message: str) -> NoReturn:
    """Say why, and leave with status 1."""
    click.echo(message, err=True)
    sys.exit(REFUSED)


def told(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn our errors into one line and exit status 1; bad settings into 2."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        try:
            return command(*args, **kwargs)
        except upload.Refused as refused:
            show_report(
                refused.report,
                as_json=kwargs.get("as_json", False),
                every=kwargs.get("every", False),
            )
            sys.exit(REFUSED)
        except PortalError as error:
            if kwargs.get("as_json"):
                click.echo(
                    json.dumps({"error": error.code, "message": str(error)}, ensure_ascii=False)
                )
            refuse(str(error))
        except config.BadSetting as error:
            click.echo(str(error), err=True)
            sys.exit(2)

    return run


def show_report(report: Report, *, as_json: bool, every: bool) -> None:
    """Print errors and warnings, grouped and counted; `every` lifts the limit."""
    if as_json:
        click.echo(
            json.dumps(
                {
                    "error": "import_refused" if report.error_count else None,
                    "errors": [str(each) for each in report.errors],
                    "error_count": report.error_count,
                    "warnings": [str(each) for each in report.warnings],
                },
                ensure_ascii=False,
            )
        )
        return
    for title, problems, count in (
        ("问题", report.errors, report.error_count),
        ("提示", report.warnings, report.warning_count),
    ):
        if not count:
            continue
        click.echo(f"{title} {count} 处：", err=True)
        for problem in problems if every else problems[:SHOWN]:
            click.echo(f"  {problem}", err=True)
        if not every and count > SHOWN:
            click.echo(f"  ……另有 {count - SHOWN} 处，用 --all 全部列出", err=True)
    if report.error_count:
        click.echo("未登记任何内容；修改后重新导入整个文件即可", err=True)


def progress(word: str) -> Callable[..., None] | None:
    """Show progress on a terminal only, so that logs stay clean."""
    if not sys.stderr.isatty():
        return None

    def show(done: int, total: int | None = None) -> None:
        click.echo(f"\r{word} {done:,} 行" + (f" / {total:,}" if total else ""), nl=False, err=True)

    return show


def say(facts: dict[str, object], words: str, *, as_json: bool) -> None:
    """Print `facts` for a program, or `words` for a person."""
    click.echo(json.dumps(facts, ensure_ascii=False) if as_json else words)
