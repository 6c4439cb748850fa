"""what the operator settles in the web"""

import sqlalchemy as sa
from alembic import op

from hub.db import Moment

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'setting',
        sa.Column('name', sa.String(40), primary_key=True),
        sa.Column('value', sa.JSON(), nullable=False),
        sa.Column('changed', Moment(), nullable=False),
    )
    op.create_table(
        'logo',
        sa.Column('hashed', sa.String(64), primary_key=True),
        sa.Column('content', sa.LargeBinary(), nullable=False),
        sa.Column('width', sa.Integer(), nullable=False),
        sa.Column('height', sa.Integer(), nullable=False),
        sa.Column('created', Moment(), nullable=False),
    )
    op.add_column('organisation', sa.Column('trusted', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column('organisation', 'trusted')
    op.drop_table('logo')
    op.drop_table('setting')
