"""the own sign-in of organisations, and who somebody is there"""

import sqlalchemy as sa
from alembic import op

from hub.db import Moment

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'provider',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column(
            'organisation_id',
            sa.String(36),
            sa.ForeignKey('organisation.id', ondelete='CASCADE'),
            nullable=False,
            unique=True,
        ),
        sa.Column('issuer', sa.String(500), nullable=False),
        sa.Column('client_id', sa.String(300), nullable=False),
        sa.Column('sealed', sa.Text(), nullable=False),
        sa.Column('enabled', sa.Boolean(), nullable=False),
        sa.Column('only', sa.Boolean(), nullable=False),
        sa.Column('trusted', sa.Boolean(), nullable=False),
        sa.Column('changed', Moment(), nullable=False),
    )
    op.create_table(
        'identity',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column(
            'organisation_id', sa.String(36), sa.ForeignKey('organisation.id', ondelete='CASCADE'), nullable=False
        ),
        sa.Column('issuer', sa.String(500), nullable=False),
        sa.Column('subject', sa.String(255), nullable=False),
        sa.Column('person_id', sa.String(36), sa.ForeignKey('person.id', ondelete='CASCADE'), nullable=False),
        sa.Column('since', Moment(), nullable=False),
        sa.UniqueConstraint('organisation_id', 'issuer', 'subject', name='uq_identity'),
    )
    op.create_index('ix_identity_person_id', 'identity', ['person_id'])


def downgrade() -> None:
    op.drop_table('identity')
    op.drop_table('provider')
