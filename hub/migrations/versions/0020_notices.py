"""notices, and what happened where people follow"""

import sqlalchemy as sa
from alembic import op

from hub.db import Moment

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def refers(to: str, action: str, name: str = '', **more: object) -> sa.Column:
    return sa.Column(name or f'{to}_id', sa.String(36), sa.ForeignKey(f'{to}.id', ondelete=action), **more)


def of_what() -> list[sa.Column]:
    return [
        sa.Column('thing', sa.String(20), nullable=False),
        sa.Column('thing_id', sa.String(36), nullable=False),
        sa.Column('path', sa.String(500), nullable=False),
        refers('community', 'CASCADE'),
        sa.Column('part', sa.String(10), nullable=False),
        refers('organisation', 'CASCADE'),
        refers('person', 'SET NULL', 'by_id'),
        sa.Column('words', sa.JSON, nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        'notice',
        sa.Column('id', sa.String(36), primary_key=True),
        refers('person', 'CASCADE', nullable=False),
        sa.Column('what', sa.String(30), nullable=False),
        sa.Column('at', Moment, nullable=False),
        sa.Column('read_at', Moment),
        *of_what(),
        sa.UniqueConstraint('person_id', 'what', 'thing', 'thing_id', name='uq_notice'),
    )
    op.create_index('ix_notice_person_id', 'notice', ['person_id', 'id'])
    op.create_index('ix_notice_thing', 'notice', ['thing', 'thing_id'])
    unread = sa.text('read_at IS NULL')
    op.create_index('ix_notice_unread', 'notice', ['person_id'], sqlite_where=unread, postgresql_where=unread)
    op.create_index('ix_notice_at', 'notice', ['at'])
    op.create_table(
        'happening',
        sa.Column('id', sa.Integer, primary_key=True, autoincrement=True),
        sa.Column('what', sa.String(30), nullable=False),
        sa.Column('at', Moment, nullable=False),
        *of_what(),
        sa.Column('thread_id', sa.String(36), nullable=False),
        sa.Column('concepts', sa.JSON, nullable=False),
        sa.Column('language', sa.String(8), nullable=False),
        sa.Column('told_at', Moment),
        sa.UniqueConstraint('what', 'thing', 'thing_id', name='uq_happening'),
        sqlite_autoincrement=True,
    )
    op.create_index('ix_happening_thing', 'happening', ['thing', 'thing_id'])
    op.create_index('ix_happening_at', 'happening', ['at'])
    op.create_index('ix_happening_told_at', 'happening', ['told_at'])
    for table in ('notice', 'happening'):
        for column in ('community_id', 'organisation_id', 'by_id'):
            op.create_index(f'ix_{table}_{column}', table, [column])


def downgrade() -> None:
    op.drop_table('happening')
    op.drop_table('notice')
