"""meetings of communities, who comes, and private calendar addresses"""

import sqlalchemy as sa
from alembic import op

from hub.db import Moment

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def refers(to: str, **more: object) -> sa.Column:
    action = 'SET NULL' if more.get('nullable') else 'CASCADE'
    name = more.pop('name', f'{to}_id')
    return sa.Column(name, sa.String(36), sa.ForeignKey(f'{to}.id', ondelete=action), **{'nullable': False, **more})


def upgrade() -> None:
    op.create_table(
        'event',
        sa.Column('id', sa.String(36), primary_key=True),
        refers('community'),
        sa.Column('title', sa.String(200), nullable=False),
        sa.Column('starts', Moment, nullable=False),
        sa.Column('ends', Moment, nullable=False),
        sa.Column('zone', sa.String(60), nullable=False),
        sa.Column('place', sa.String(300), nullable=False),
        sa.Column('link', sa.String(2000), nullable=False),
        sa.Column('text', sa.Text, nullable=False),
        sa.Column('html', sa.Text, nullable=False),
        sa.Column('sanitiser', sa.Integer, nullable=False),
        refers('person', name='author_id', nullable=True),
        sa.Column('created', Moment, nullable=False),
        sa.Column('changed', Moment, nullable=False),
        sa.Column('edition', sa.Integer, nullable=False),
        sa.Column('cancelled_at', Moment),
        sa.Column('cancelled_why', sa.String(300), nullable=False),
        sa.Column('told_at', Moment),
        refers('wiki_page', name='page_id', nullable=True),
        sa.Column('touched', sa.Integer, nullable=False),
    )
    op.create_index('ix_event_listed', 'event', ['community_id', 'starts'])
    op.create_index('ix_event_ends', 'event', ['ends', 'told_at'])
    for column in ('starts', 'author_id', 'page_id'):
        op.create_index(f'ix_event_{column}', 'event', [column])
    op.create_table(
        'event_answer',
        sa.Column('id', sa.String(36), primary_key=True),
        refers('event'),
        refers('person'),
        sa.Column('answer', sa.String(6), nullable=False),
        sa.Column('at', Moment, nullable=False),
        sa.UniqueConstraint('event_id', 'person_id', name='uq_event_answer'),
    )
    op.create_index('ix_event_answer_person_id', 'event_answer', ['person_id'])
    op.create_table(
        'calendar_address',
        sa.Column('id', sa.String(36), primary_key=True),
        refers('person', unique=True),
        sa.Column('nonce', sa.String(64), nullable=False),
        sa.Column('created', Moment, nullable=False),
    )


def downgrade() -> None:
    for table in ('calendar_address', 'event_answer', 'event'):
        op.drop_table(table)
