"""what was erased, the nights of retention, and who invited whom by number"""

import sqlalchemy as sa
from alembic import op

from hub.db import Moment

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'erasure',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('at', Moment(), nullable=False),
        sa.Column('kind', sa.String(20), nullable=False),
        sa.Column('key', sa.String(64), nullable=False),
        sa.Column('how', sa.String(20), nullable=False),
        sa.UniqueConstraint('kind', 'key'),
    )
    op.create_table(
        'retention_run',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('slot', sa.String(10), nullable=False, unique=True),
        sa.Column('started', Moment(), nullable=False),
        sa.Column('ended', Moment(), nullable=True),
        sa.Column('done', sa.JSON(), nullable=False),
    )
    op.add_column('invitation', sa.Column('by_id', sa.String(36), nullable=False, server_default=''))


def downgrade() -> None:
    op.drop_column('invitation', 'by_id')
    op.drop_table('retention_run')
    op.drop_table('erasure')
