"""other addresses, codes of an app, passkeys, recovery codes; how a membership came about"""

import sqlalchemy as sa
from alembic import op

from hub.db import Large, Moment

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def person(primary_key: bool = False) -> sa.Column:
    person = sa.ForeignKey('person.id', ondelete='CASCADE')
    return sa.Column('person_id', sa.String(36), person, primary_key=primary_key, nullable=False)


def upgrade() -> None:
    op.add_column('membership', sa.Column('how', sa.String(12), nullable=False, server_default=''))
    op.create_table(
        'address_change',
        person(primary_key=True),
        sa.Column('hashed', sa.String(64), nullable=False, unique=True),
        sa.Column('email', sa.String(254), nullable=False),
        sa.Column('expires', Moment(), nullable=False),
    )
    op.create_table(
        'code_app',
        person(primary_key=True),
        sa.Column('sealed', sa.String(400), nullable=False),
        sa.Column('counter', Large, nullable=False),
        sa.Column('since', Moment(), nullable=False),
    )
    op.create_table(
        'passkey',
        sa.Column('id', sa.String(36), primary_key=True),
        person(),
        sa.Column('name', sa.String(60), nullable=False),
        sa.Column('hashed', sa.String(64), nullable=False, unique=True),
        sa.Column('credential', sa.String(1400), nullable=False),
        sa.Column('public', sa.String(4000), nullable=False),
        sa.Column('uses', Large, nullable=False),
        sa.Column('transports', sa.JSON(), nullable=False),
        sa.Column('alone', sa.Boolean(), nullable=False),
        sa.Column('created', Moment(), nullable=False),
        sa.Column('used', Moment(), nullable=True),
    )
    op.create_index('ix_passkey_person_id', 'passkey', ['person_id'])
    op.create_table(
        'recovery_code',
        sa.Column('id', sa.String(36), primary_key=True),
        person(),
        sa.Column('hashed', sa.String(64), nullable=False, unique=True),
    )
    op.create_index('ix_recovery_code_person_id', 'recovery_code', ['person_id'])
    op.create_table(
        'spent',
        sa.Column('hashed', sa.String(64), primary_key=True),
        sa.Column('expires', Moment(), nullable=False),
    )


def downgrade() -> None:
    for table in ('spent', 'recovery_code', 'passkey', 'code_app', 'address_change'):
        op.drop_table(table)
    op.drop_column('membership', 'how')
