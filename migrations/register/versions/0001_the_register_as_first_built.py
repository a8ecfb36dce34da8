"""The register as first built.

Why: the published record needs its tables: changelog, records, satellites that find and count.
Data: none yet.
Safe while the previous release is running: there is none.
"""

import sqlalchemy as sa
from alembic import op


revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('agency',
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('level', sa.String(length=12), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('published_on', sa.Date(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('public_id', name=op.f('pk_agency')),
    sa.UniqueConstraint('serial', name=op.f('uq_agency_serial'))
    )
    with op.batch_alter_table('agency', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_agency_name'), ['name'], unique=False)
        batch_op.create_index(batch_op.f('ix_agency_region'), ['region'], unique=False)

    op.create_table('change',
    sa.Column('serial', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('op', sa.String(length=10), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('serial', name=op.f('pk_change'))
    )
    with op.batch_alter_table('change', schema=None) as batch_op:
        batch_op.create_index('ix_change_record', ['kind', 'public_id', 'serial'], unique=False)

    op.create_table('document',
    sa.Column('agency_id', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('published_on', sa.Date(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('public_id', name=op.f('pk_document')),
    sa.UniqueConstraint('serial', name=op.f('uq_document_serial'))
    )
    with op.batch_alter_table('document', schema=None) as batch_op:
        batch_op.create_index('ix_document_agency', ['agency_id', 'issued_on', 'public_id'], unique=False)
        batch_op.create_index('ix_document_kind', ['kind', 'issued_on', 'public_id'], unique=False)
        batch_op.create_index('ix_document_order', ['issued_on', 'public_id'], unique=False)

    op.create_table('draw',
    sa.Column('agency_id', sa.String(length=32), nullable=False),
    sa.Column('task_id', sa.String(length=32), nullable=True),
    sa.Column('drawn_on', sa.Date(), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('published_on', sa.Date(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('public_id', name=op.f('pk_draw')),
    sa.UniqueConstraint('serial', name=op.f('uq_draw_serial'))
    )
    with op.batch_alter_table('draw', schema=None) as batch_op:
        batch_op.create_index('ix_draw_agency', ['agency_id', 'drawn_on', 'public_id'], unique=False)
        batch_op.create_index('ix_draw_order', ['drawn_on', 'public_id'], unique=False)
        batch_op.create_index('ix_draw_task', ['task_id', 'drawn_on', 'public_id'], unique=False)

    op.create_table('draw_entry',
    sa.Column('draw_id', sa.String(length=32), nullable=False),
    sa.Column('entity_id', sa.String(length=32), nullable=False),
    sa.Column('drawn_on', sa.Date(), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('published_on', sa.Date(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('public_id', name=op.f('pk_draw_entry')),
    sa.UniqueConstraint('serial', name=op.f('uq_draw_entry_serial'))
    )
    with op.batch_alter_table('draw_entry', schema=None) as batch_op:
        batch_op.create_index('ix_draw_entry_draw', ['draw_id', 'public_id'], unique=False)
        batch_op.create_index('ix_draw_entry_entity', ['entity_id', 'drawn_on', 'public_id'], unique=False)

    op.create_table('entity',
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=True),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('published_on', sa.Date(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('public_id', name=op.f('pk_entity')),
    sa.UniqueConstraint('serial', name=op.f('uq_entity_serial'))
    )
    with op.batch_alter_table('entity', schema=None) as batch_op:
        batch_op.create_index('ix_entity_kind', ['kind', 'name', 'public_id'], unique=False)
        batch_op.create_index('ix_entity_name', ['name', 'public_id'], unique=False)
        batch_op.create_index('ix_entity_region', ['region', 'name', 'public_id'], unique=False)

    op.create_table('entity_key',
    sa.Column('entity_id', sa.String(length=32), nullable=False),
    sa.Column('value', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('entity_id', 'value', name=op.f('pk_entity_key'))
    )
    with op.batch_alter_table('entity_key', schema=None) as batch_op:
        batch_op.create_index('ix_entity_key_value', ['value', 'entity_id'], unique=False)

    op.create_table('epoch',
    sa.Column('value', sa.String(length=32), nullable=False),
    sa.PrimaryKeyConstraint('value', name=op.f('pk_epoch'))
    )
    op.create_table('followup',
    sa.Column('agency_id', sa.String(length=32), nullable=False),
    sa.Column('result_id', sa.String(length=32), nullable=False),
    sa.Column('step', sa.String(length=16), nullable=False),
    sa.Column('taken_on', sa.Date(), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('published_on', sa.Date(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('public_id', name=op.f('pk_followup')),
    sa.UniqueConstraint('serial', name=op.f('uq_followup_serial'))
    )
    with op.batch_alter_table('followup', schema=None) as batch_op:
        batch_op.create_index('ix_followup_agency', ['agency_id', 'taken_on', 'public_id'], unique=False)
        batch_op.create_index('ix_followup_order', ['taken_on', 'public_id'], unique=False)
        batch_op.create_index('ix_followup_result', ['result_id', 'taken_on', 'public_id'], unique=False)
        batch_op.create_index('ix_followup_step', ['step', 'taken_on', 'public_id'], unique=False)

    op.create_table('item',
    sa.Column('agency_id', sa.String(length=32), nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('item_class', sa.String(length=12), nullable=True),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('published_on', sa.Date(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('public_id', name=op.f('pk_item')),
    sa.UniqueConstraint('serial', name=op.f('uq_item_serial'))
    )
    with op.batch_alter_table('item', schema=None) as batch_op:
        batch_op.create_index('ix_item_agency', ['agency_id', 'name', 'public_id'], unique=False)
        batch_op.create_index('ix_item_class', ['item_class', 'name', 'public_id'], unique=False)
        batch_op.create_index('ix_item_order', ['name', 'public_id'], unique=False)

    op.create_table('outcome',
    sa.Column('result_id', sa.String(length=32), nullable=False),
    sa.Column('position', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('outcome', sa.String(length=24), nullable=False),
    sa.Column('item_id', sa.String(length=32), nullable=True),
    sa.Column('inspected_on', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('result_id', 'position', 'outcome', name=op.f('pk_outcome'))
    )
    with op.batch_alter_table('outcome', schema=None) as batch_op:
        batch_op.create_index('ix_outcome_item', ['item_id', 'inspected_on', 'result_id'], unique=False)
        batch_op.create_index('ix_outcome_outcome', ['outcome', 'inspected_on', 'result_id'], unique=False)

    op.create_table('plan',
    sa.Column('agency_id', sa.String(length=32), nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('plan_version', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('published_on', sa.Date(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('public_id', name=op.f('pk_plan')),
    sa.UniqueConstraint('serial', name=op.f('uq_plan_serial'))
    )
    with op.batch_alter_table('plan', schema=None) as batch_op:
        batch_op.create_index('ix_plan_agency', ['agency_id', 'year', 'public_id'], unique=False)
        batch_op.create_index('ix_plan_year', ['year', 'public_id'], unique=False)

    op.create_table('result',
    sa.Column('agency_id', sa.String(length=32), nullable=False),
    sa.Column('entity_id', sa.String(length=32), nullable=False),
    sa.Column('task_id', sa.String(length=32), nullable=True),
    sa.Column('draw_id', sa.String(length=32), nullable=True),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('inspected_on', sa.Date(), nullable=False),
    sa.Column('problem', sa.Boolean(), nullable=False),
    sa.Column('status', sa.String(length=8), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('published_on', sa.Date(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('public_id', name=op.f('pk_result')),
    sa.UniqueConstraint('serial', name=op.f('uq_result_serial'))
    )
    with op.batch_alter_table('result', schema=None) as batch_op:
        batch_op.create_index('ix_result_agency', ['agency_id', 'inspected_on', 'public_id'], unique=False)
        batch_op.create_index('ix_result_agency_problem', ['agency_id', 'problem', 'inspected_on', 'public_id'], unique=False)
        batch_op.create_index('ix_result_agency_status', ['agency_id', 'status', 'inspected_on', 'public_id'], unique=False)
        batch_op.create_index('ix_result_draw', ['draw_id', 'inspected_on', 'public_id'], unique=False)
        batch_op.create_index('ix_result_entity', ['entity_id', 'inspected_on', 'public_id'], unique=False)
        batch_op.create_index('ix_result_order', ['inspected_on', 'public_id'], unique=False)
        batch_op.create_index('ix_result_problem', ['problem', 'inspected_on', 'public_id'], unique=False)
        batch_op.create_index('ix_result_region', ['region', 'inspected_on', 'public_id'], unique=False)
        batch_op.create_index('ix_result_status', ['status', 'due_on', 'public_id'], unique=False)
        batch_op.create_index('ix_result_status_order', ['status', 'inspected_on', 'public_id'], unique=False)
        batch_op.create_index('ix_result_task', ['task_id', 'inspected_on', 'public_id'], unique=False)

    op.create_table('tally',
    sa.Column('scope', sa.String(length=32), nullable=False),
    sa.Column('what', sa.String(length=24), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('scope', 'what', name=op.f('pk_tally'))
    )
    op.create_table('task',
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('plan_id', sa.String(length=32), nullable=False),
    sa.Column('agency_id', sa.String(length=32), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('public_id', name=op.f('pk_task'))
    )
    with op.batch_alter_table('task', schema=None) as batch_op:
        batch_op.create_index('ix_task_agency', ['agency_id', 'starts_on', 'public_id'], unique=False)
        batch_op.create_index('ix_task_order', ['starts_on', 'public_id'], unique=False)
        batch_op.create_index('ix_task_plan', ['plan_id', 'starts_on', 'public_id'], unique=False)

    op.create_table('task_item',
    sa.Column('task_id', sa.String(length=32), nullable=False),
    sa.Column('item_id', sa.String(length=32), nullable=False),
    sa.PrimaryKeyConstraint('task_id', 'item_id', name=op.f('pk_task_item'))
    )
    with op.batch_alter_table('task_item', schema=None) as batch_op:
        batch_op.create_index('ix_task_item_item', ['item_id', 'task_id'], unique=False)

    op.create_table('version',
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('public_id', 'version', name=op.f('pk_version'))
    )
    op.create_table('withheld',
    sa.Column('ground', sa.String(length=24), nullable=False),
    sa.Column('review_on', sa.Date(), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('published_on', sa.Date(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('public_id', name=op.f('pk_withheld')),
    sa.UniqueConstraint('serial', name=op.f('uq_withheld_serial'))
    )
    with op.batch_alter_table('withheld', schema=None) as batch_op:
        batch_op.create_index('ix_withheld_ground', ['ground', 'review_on', 'public_id'], unique=False)
        batch_op.create_index('ix_withheld_order', ['review_on', 'public_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('withheld', schema=None) as batch_op:
        batch_op.drop_index('ix_withheld_order')
        batch_op.drop_index('ix_withheld_ground')

    op.drop_table('withheld')
    op.drop_table('version')
    with op.batch_alter_table('task_item', schema=None) as batch_op:
        batch_op.drop_index('ix_task_item_item')

    op.drop_table('task_item')
    with op.batch_alter_table('task', schema=None) as batch_op:
        batch_op.drop_index('ix_task_plan')
        batch_op.drop_index('ix_task_order')
        batch_op.drop_index('ix_task_agency')

    op.drop_table('task')
    op.drop_table('tally')
    with op.batch_alter_table('result', schema=None) as batch_op:
        batch_op.drop_index('ix_result_task')
        batch_op.drop_index('ix_result_status_order')
        batch_op.drop_index('ix_result_status')
        batch_op.drop_index('ix_result_region')
        batch_op.drop_index('ix_result_problem')
        batch_op.drop_index('ix_result_order')
        batch_op.drop_index('ix_result_entity')
        batch_op.drop_index('ix_result_draw')
        batch_op.drop_index('ix_result_agency_status')
        batch_op.drop_index('ix_result_agency_problem')
        batch_op.drop_index('ix_result_agency')

    op.drop_table('result')
    with op.batch_alter_table('plan', schema=None) as batch_op:
        batch_op.drop_index('ix_plan_year')
        batch_op.drop_index('ix_plan_agency')

    op.drop_table('plan')
    with op.batch_alter_table('outcome', schema=None) as batch_op:
        batch_op.drop_index('ix_outcome_outcome')
        batch_op.drop_index('ix_outcome_item')

    op.drop_table('outcome')
    with op.batch_alter_table('item', schema=None) as batch_op:
        batch_op.drop_index('ix_item_order')
        batch_op.drop_index('ix_item_class')
        batch_op.drop_index('ix_item_agency')

    op.drop_table('item')
    with op.batch_alter_table('followup', schema=None) as batch_op:
        batch_op.drop_index('ix_followup_step')
        batch_op.drop_index('ix_followup_result')
        batch_op.drop_index('ix_followup_order')
        batch_op.drop_index('ix_followup_agency')

    op.drop_table('followup')
    op.drop_table('epoch')
    with op.batch_alter_table('entity_key', schema=None) as batch_op:
        batch_op.drop_index('ix_entity_key_value')

    op.drop_table('entity_key')
    with op.batch_alter_table('entity', schema=None) as batch_op:
        batch_op.drop_index('ix_entity_region')
        batch_op.drop_index('ix_entity_name')
        batch_op.drop_index('ix_entity_kind')

    op.drop_table('entity')
    with op.batch_alter_table('draw_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_draw_entry_entity')
        batch_op.drop_index('ix_draw_entry_draw')

    op.drop_table('draw_entry')
    with op.batch_alter_table('draw', schema=None) as batch_op:
        batch_op.drop_index('ix_draw_task')
        batch_op.drop_index('ix_draw_order')
        batch_op.drop_index('ix_draw_agency')

    op.drop_table('draw')
    with op.batch_alter_table('document', schema=None) as batch_op:
        batch_op.drop_index('ix_document_order')
        batch_op.drop_index('ix_document_kind')
        batch_op.drop_index('ix_document_agency')

    op.drop_table('document')
    with op.batch_alter_table('change', schema=None) as batch_op:
        batch_op.drop_index('ix_change_record')

    op.drop_table('change')
    with op.batch_alter_table('agency', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_agency_region'))
        batch_op.drop_index(batch_op.f('ix_agency_name'))

    op.drop_table('agency')
