"""Find the packages that name a party, and prove that a party was in the drum.

Why: whoever loses their page is named in no package any more, and a package is looked up by whom it names;
everybody who was in the drum under their own number is given a proof.
Data: draws published before offer no look-up until `portal-office draw resume ID` publishes them anew; place -1 marks them.
Safe while the previous release is running: no, it would list parties without their place.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draw_leaf",
        sa.Column("draw_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("draw_id", "number", name=op.f("pk_draw_leaf")),
    )
    with op.batch_alter_table("draw_member") as table:
        table.add_column(sa.Column("place", sa.Integer(), nullable=False, server_default="-1"))
        table.add_column(sa.Column("entry", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("draw_member") as table:
        table.alter_column("place", server_default=None)
        table.alter_column("entry", server_default=None)
    op.create_index("ix_draw_member_object", "draw_member", ["object_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_draw_member_object", table_name="draw_member")
    with op.batch_alter_table("draw_member") as table:
        table.drop_column("entry")
        table.drop_column("place")
    op.drop_table("draw_leaf")
