"""invitations to an organisation"""

import sqlalchemy as sa
from alembic import op

from hub.db import Moment

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'invitation',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('hashed', sa.String(64), nullable=False, unique=True),
        sa.Column('email', sa.String(254), nullable=False),
        sa.Column(
            'organisation_id', sa.String(36), sa.ForeignKey('organisation.id', ondelete='CASCADE'), nullable=False
        ),
        sa.Column('role', sa.String(20), nullable=False),
        sa.Column('by', sa.String(200), nullable=False),
        sa.Column('created', Moment(), nullable=False),
        sa.Column('expires', Moment(), nullable=False),
    )
    op.create_index('ix_invitation_organisation_id', 'invitation', ['organisation_id'])


def downgrade() -> None:
    op.drop_table('invitation')
