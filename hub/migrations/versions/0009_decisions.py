"""decisions about records, what they keep out, and what must not come back"""

import sqlalchemy as sa
from alembic import op

from hub.db import Moment

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'decision',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('at', Moment(), nullable=False),
        sa.Column('what', sa.String(20), nullable=False),
        sa.Column('ground', sa.String(40), nullable=False),
        sa.Column('facts', sa.Text(), nullable=False),
        sa.Column('automatic', sa.Boolean(), nullable=False),
        sa.Column('redress', sa.Text(), nullable=False),
        sa.Column('by', sa.String(200), nullable=False),
        sa.Column('person_id', sa.String(36), sa.ForeignKey('person.id', ondelete='SET NULL'), nullable=True),
        sa.Column(
            'organisation_id', sa.String(36), sa.ForeignKey('organisation.id', ondelete='SET NULL'), nullable=True
        ),
        sa.Column('record_id', sa.String(36), nullable=False),
        sa.Column('report_id', sa.String(36), nullable=False),
    )
    for column in ('person_id', 'organisation_id', 'record_id', 'report_id'):
        op.create_index(f'ix_decision_{column}', 'decision', [column])
    op.create_table(
        'kept_out',
        sa.Column('record_id', sa.String(36), sa.ForeignKey('record.id', ondelete='CASCADE'), primary_key=True),
        sa.Column('decision_id', sa.String(36), sa.ForeignKey('decision.id'), nullable=False),
    )
    op.create_index('ix_kept_out_decision_id', 'kept_out', ['decision_id'])
    op.create_table(
        'block',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('decision_id', sa.String(36), sa.ForeignKey('decision.id'), nullable=False),
        sa.Column('place', sa.String(2000), nullable=False),
        sa.Column('hashed', sa.String(64), nullable=False),
    )
    for column in ('decision_id', 'place', 'hashed'):
        op.create_index(f'ix_block_{column}', 'block', [column])


def downgrade() -> None:
    for table in ('block', 'kept_out', 'decision'):
        op.drop_table(table)
