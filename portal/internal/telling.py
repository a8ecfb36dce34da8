"""How the command line tells people and programs what happened."""

import errno
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from typing import Any, NoReturn

import click

from portal.domain.errors import PortalError
from portal.internal import faults
from portal.internal.sheets.report import Report
from portal.internal.sheets.rules import RULES, Level
from portal.kit import addresses, config

REFUSED = 1
#: What a disk that is full, over its quota or not to be written says.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG)
#: What a file or folder says that is not there, is another kind of thing, or is somebody else's.
_NO_SUCH_PLACE = (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EACCES, errno.EPERM, errno.ENAMETOOLONG)  # fmt: skip
#: A number that can stand in a column.
NUMBER = click.IntRange(1, addresses.LARGEST)
_AGAIN = "未完成的步骤没有生效，排除后再运行同一命令即可"
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
        except PortalError as error:
            if kwargs.get("as_json"):
                click.echo(
                    json.dumps({"error": error.code, "message": str(error)}, ensure_ascii=False)
                )
            refuse(str(error))
        except config.BadSetting as error:
            click.echo(str(error), err=True)
            sys.exit(2)
        except faults.FAULTS as error:
            refuse(f"存储无法读写（{faults.known(error) or faults.raw(error)}）；{_AGAIN}")
        except OSError as error:
            if error.errno in _NO_SUCH_PLACE:
                refuse(f"文件无法读写（{error.strerror}）：{error.filename}")
            if error.errno not in _NO_ROOM:
                raise
            refuse(f"文件无法写入（{error.strerror}）；{_AGAIN}")

    return run


def report_facts(report: Report) -> dict[str, object]:
    """Return a report as plain data for a program."""
    facts: dict[str, object] = {}
    for level, word in ((Level.ERROR, "error"), (Level.WARNING, "warning"), (Level.NOTE, "note")):
        facts[f"{word}s"] = [asdict(problem) for problem in report.of(level)]
        facts[f"{word}_count"] = report.count(level)
    return facts


def show_report(report: Report, *, every: bool) -> None:
    """Print findings, counted by rule and then one by one; `every` lifts the limit."""
    for level in Level:
        count, problems = report.count(level), report.of(level)
        if not count:
            continue
        groups = "，".join(f"{RULES[rule].title} {times}" for rule, times in report.groups(level))
        click.echo(f"{level.zh} {count} 处（{groups}）：", err=True)
        for problem in problems if every else problems[:SHOWN]:
            click.echo(f"  {problem}", err=True)
        if not every and count > SHOWN:
            click.echo(f"  ……另有 {count - SHOWN} 处，用 --all 全部列出", err=True)
        elif count > len(problems):
            click.echo(f"  ……另有 {count - len(problems)} 处未逐条列出", err=True)


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
