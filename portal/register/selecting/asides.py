"""Conditions that are tested and never choose an index."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler


class Aside(sa.ColumnElement[bool]):
    """A condition that is tested on each row but never chooses the index: that would cost a sort."""

    inherit_cache = True
    type = sa.Boolean()

    def __init__(self, condition: sa.ColumnElement[bool]) -> None:
        """Keep the condition."""
        self.condition = condition

    _traverse_internals = (("condition", sa.sql.visitors.InternalTraversal.dp_clauseelement),)  # type: ignore[assignment]


@compiles(Aside)
def _plainly(element: Aside, compiler: SQLCompiler, **more: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
    return f"({compiler.process(element.condition, **more)})"


@compiles(Aside, "sqlite")
def _unindexed(element: Aside, compiler: SQLCompiler, **more: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
    return f"+({compiler.process(element.condition, **more)})"
