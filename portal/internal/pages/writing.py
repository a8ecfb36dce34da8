"""How values are written on the office's pages."""

from datetime import datetime
from typing import Any

import msgspec
from flask import Flask

from portal.domain.workflow import BatchState
from portal.internal.sheets.catalogue import SHEETS
from portal.kit import clock


def set_up(app: Flask) -> None:
    """Register the filters."""
    app.jinja_env.filters.update(
        moment=moment, state=state, sheet_title=sheet_title, plain=plain, format_date=str
    )


def moment(value: datetime) -> str:
    """Write an instant in China's time."""
    return f"{value.astimezone(clock.CHINA):%Y-%m-%d %H:%M}"


def state(value: str) -> str:
    """Write the state of a batch."""
    return BatchState(value).zh


def sheet_title(kind: str) -> str:
    """Write the name of a template."""
    return SHEETS[kind].title


def plain(record: object) -> list[tuple[str, str]]:
    """Return a record as (field, text) lines; absent values are left out, nested ones indented."""
    return list(_lines(msgspec.to_builtins(record), ""))


def _lines(value: Any, path: str) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _lines(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value, 1):
            yield from _lines(inner, f"{path}[{number}]" if len(value) > 1 else path)
    elif value is not None and value != "":
        yield path, str(value)
