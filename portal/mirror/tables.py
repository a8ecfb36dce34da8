"""The tables of a copy: the records, what is to take their place, and what is known about them."""

import sqlalchemy as sa

METADATA = sa.MetaData()
#: `body` is the record as canonical JSON; the other columns are the change feed's.
RECORD = sa.Table(
    "mirror_record", METADATA,
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("modified", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer),
    sa.Column("published_on", sa.String(10)),
    sa.Column("body", sa.Text, nullable=False),
)  # fmt: skip
#: What is to take the place of records; without a body it removes one.
PENDING = sa.Table(
    "mirror_pending", METADATA,
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("modified", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer),
    sa.Column("published_on", sa.String(10)),
    sa.Column("body", sa.Text),
)  # fmt: skip
STATE = sa.Table(
    "mirror_state", METADATA,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)  # fmt: skip
