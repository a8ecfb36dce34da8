"""Find the packages that name a party.

Why: whoever loses their page is named in no package any more, and a package is looked up by whom it names.
Data: none changed.
Safe while the previous release is running: yes, an index more.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_draw_member_object", "draw_member", ["object_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_draw_member_object", table_name="draw_member")
