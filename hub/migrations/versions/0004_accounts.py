"""accounts: addresses, passwords, the stamp and state of sessions, memberships, counted attempts"""

import secrets

import sqlalchemy as sa
from alembic import op

from hub.db import Moment

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('person') as table:
        table.add_column(sa.Column('email', sa.String(254), nullable=True))
        table.add_column(sa.Column('password', sa.String(255), nullable=True))
        table.add_column(sa.Column('active', sa.Boolean(), nullable=False, server_default=sa.true()))
        table.add_column(sa.Column('confirmed_at', Moment(), nullable=True))
        table.add_column(sa.Column('fs_uniquifier', sa.String(64), nullable=True))
    with op.batch_alter_table('web_session') as table:
        table.add_column(sa.Column('stamp', sa.String(64), nullable=False, server_default=''))
        table.add_column(sa.Column('state', sa.JSON(), nullable=False, server_default='{}'))
        table.add_column(sa.Column('browser', sa.String(120), nullable=False, server_default=''))
    person = sa.table('person', sa.column('id'), sa.column('fs_uniquifier'))
    web_session = sa.table('web_session', sa.column('person_id'), sa.column('stamp'))
    connection = op.get_bind()
    for id in connection.scalars(sa.select(person.c.id)).all():
        stamp = secrets.token_hex(32)
        connection.execute(person.update().where(person.c.id == id).values(fs_uniquifier=stamp))
        # Who is signed in stays so.
        connection.execute(web_session.update().where(web_session.c.person_id == id).values(stamp=stamp))
    with op.batch_alter_table('person') as table:
        table.alter_column('fs_uniquifier', existing_type=sa.String(64), nullable=False)
        table.alter_column('active', existing_type=sa.Boolean(), server_default=None)
        table.create_unique_constraint('uq_person_email', ['email'])
        table.create_unique_constraint('uq_person_fs_uniquifier', ['fs_uniquifier'])
    with op.batch_alter_table('web_session') as table:
        for name, kind in (('stamp', sa.String(64)), ('state', sa.JSON()), ('browser', sa.String(120))):
            table.alter_column(name, existing_type=kind, server_default=None)
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
    with op.batch_alter_table('web_session') as table:
        for name in ('browser', 'state', 'stamp'):
            table.drop_column(name)
    with op.batch_alter_table('person') as table:
        table.drop_constraint('uq_person_email', type_='unique')
        table.drop_constraint('uq_person_fs_uniquifier', type_='unique')
        for name in ('fs_uniquifier', 'confirmed_at', 'active', 'password', 'email'):
            table.drop_column(name)
