"""Figures lie in the order of their keys, and not beside an index that holds the same keys again.

Why: a page that reads a thousand figures looked each of them up beside the index; a figure written is written to one
tree less. SQLite alone knows such tables.
Data: copied as it is; the copying took 7 seconds for 670,000 figures of a million results.
Lost on the way down: nothing.
Safe while the previous release is running: yes; what it writes meanwhile waits.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_KEYS = ["measure", "region", "agency", "period", "key"]


def upgrade() -> None:
    _lay(with_rowid=False)


def downgrade() -> None:
    _lay(with_rowid=True)


def _lay(*, with_rowid: bool) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    op.create_table(
        "figure_laid",
        sa.Column("measure", sa.String(length=16), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("agency", sa.String(length=32), nullable=False),
        sa.Column("period", sa.String(length=6), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(*_KEYS, name="pk_figure"),
        sqlite_with_rowid=with_rowid,
    )
    op.execute(f"INSERT INTO figure_laid SELECT * FROM figure ORDER BY {', '.join(_KEYS)}")
    op.drop_table("figure")
    op.rename_table("figure_laid", "figure")
    op.create_index("ix_figure_period", "figure", ["measure", "region", "period", "agency", "key"])
