"""reports of records"""

import sqlalchemy as sa
from alembic import op

from hub.db import Moment

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'report',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('hashed', sa.String(64), nullable=False, unique=True),
        sa.Column('record_id', sa.String(36), sa.ForeignKey('record.id', ondelete='SET NULL'), nullable=True),
        sa.Column(
            'organisation_id', sa.String(36), sa.ForeignKey('organisation.id', ondelete='CASCADE'), nullable=False
        ),
        sa.Column('reason', sa.String(20), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('person_id', sa.String(36), sa.ForeignKey('person.id', ondelete='SET NULL'), nullable=True),
        sa.Column('name', sa.String(200), nullable=False),
        sa.Column('email', sa.String(254), nullable=False),
        sa.Column('language', sa.String(8), nullable=False),
        sa.Column('state', sa.String(12), nullable=False),
        sa.Column('outcome', sa.String(20), nullable=False),
        sa.Column('objection', sa.Text(), nullable=False),
        sa.Column('created', Moment(), nullable=False),
        sa.Column('escalated_at', Moment(), nullable=True),
        sa.Column('answered_at', Moment(), nullable=True),
    )
    op.create_index('ix_report_state', 'report', ['state', 'created'])
    for column in ('record_id', 'organisation_id', 'person_id', 'email'):
        op.create_index(f'ix_report_{column}', 'report', [column])


def downgrade() -> None:
    op.drop_table('report')
