"""Indexes that give the parties of an agency, or of a region, in their order.

Why: a count of parties leads to the parties it counts, page by page. The index by agency and quarter served nobody.
Safe while the previous release is running: yes.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_visit_agency", "visit")
    op.create_index("ix_visit_agency", "visit", ["agency", "entity_id"])
    op.create_index("ix_visit_region", "visit", ["region", "entity_id"])


def downgrade() -> None:
    op.drop_index("ix_visit_region", "visit")
    op.drop_index("ix_visit_agency", "visit")
    op.create_index("ix_visit_agency", "visit", ["agency", "period", "entity_id"])
