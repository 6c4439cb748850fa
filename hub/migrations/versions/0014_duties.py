"""who answers for what"""

import sqlalchemy as sa
from alembic import op

from hub.db import Moment

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'duty',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('kind', sa.String(20), nullable=False),
        sa.Column('thing_id', sa.String(36), nullable=False),
        sa.Column(
            'organisation_id', sa.String(36), sa.ForeignKey('organisation.id', ondelete='CASCADE'), nullable=False
        ),
        sa.Column('owner_id', sa.String(36), sa.ForeignKey('person.id', ondelete='SET NULL'), nullable=True),
        sa.Column('deputy_id', sa.String(36), sa.ForeignKey('person.id', ondelete='SET NULL'), nullable=True),
        sa.Column('since', Moment(), nullable=False),
        sa.Column('told', sa.Boolean(), nullable=False),
        sa.UniqueConstraint('kind', 'thing_id', name='uq_duty'),
    )
    for column in ('organisation_id', 'owner_id', 'deputy_id'):
        op.create_index(f'ix_duty_{column}', 'duty', [column])


def downgrade() -> None:
    op.drop_table('duty')
