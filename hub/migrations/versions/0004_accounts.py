"""accounts: addresses, passwords, the stamp and state of sessions, memberships, counted attempts"""

import secrets

import sqlalchemy as sa
from alembic import op

from hub.db import Moment

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def columns() -> dict[str, tuple[sa.Column, ...]]:
    return {
        'person': (
            sa.Column('email', sa.String(254), nullable=True),
            sa.Column('password', sa.String(255), nullable=True),
            sa.Column('active', sa.Boolean(), nullable=False, server_default=sa.true()),
            sa.Column('confirmed_at', Moment(), nullable=True),
            sa.Column('fs_uniquifier', sa.String(64), nullable=False, server_default=''),
        ),
        'web_session': (
            sa.Column('stamp', sa.String(64), nullable=False, server_default=''),
            sa.Column('state', sa.JSON(), nullable=False, server_default='{}'),
            sa.Column('browser', sa.String(120), nullable=False, server_default=''),
        ),
    }


def upgrade() -> None:
    # Not as a batch: SQLite would make the table anew, and what refers to the old one would go with it.
    for table, new in columns().items():
        for column in new:
            op.add_column(table, column)
    person = sa.table('person', sa.column('id'), sa.column('fs_uniquifier'))
    web_session = sa.table('web_session', sa.column('person_id'), sa.column('stamp'))
    connection = op.get_bind()
    for id in connection.scalars(sa.select(person.c.id)).all():
        stamp = secrets.token_hex(32)
        connection.execute(person.update().where(person.c.id == id).values(fs_uniquifier=stamp))
        # Who is signed in stays so.
        connection.execute(web_session.update().where(web_session.c.person_id == id).values(stamp=stamp))
    for column in ('email', 'fs_uniquifier'):
        op.create_index(f'ix_person_{column}', 'person', [column], unique=True)
    op.create_table(
        'membership',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('person_id', sa.String(36), sa.ForeignKey('person.id', ondelete='CASCADE'), nullable=False),
        sa.Column(
            'organisation_id', sa.String(36), sa.ForeignKey('organisation.id', ondelete='CASCADE'), nullable=False
        ),
        sa.Column('role', sa.String(20), nullable=False),
        sa.Column('since', Moment(), nullable=False),
        sa.UniqueConstraint('person_id', 'organisation_id', name='uq_membership'),
    )
    op.create_index('ix_membership_organisation_id', 'membership', ['organisation_id'])
    op.create_table(
        'attempt',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('what', sa.String(20), nullable=False),
        sa.Column('key', sa.String(64), nullable=False),
        sa.Column('at', Moment(), nullable=False),
    )
    op.create_index('ix_attempt_what_key_at', 'attempt', ['what', 'key', 'at'])


def downgrade() -> None:
    op.drop_table('attempt')
    op.drop_table('membership')
    for column in ('email', 'fs_uniquifier'):
        op.drop_index(f'ix_person_{column}', 'person')
    for table, new in columns().items():
        for column in new:
            op.drop_column(table, column.name)
