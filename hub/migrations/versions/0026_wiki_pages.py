"""wiki pages of communities, what they said, and their names"""

import sqlalchemy as sa
from alembic import op

from hub.db import Moment

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None


def refers(to: str, **more: object) -> sa.Column:
    action = 'SET NULL' if more.get('nullable') else 'CASCADE'
    name = more.pop('name', f'{to}_id')
    return sa.Column(name, sa.String(36), sa.ForeignKey(f'{to}.id', ondelete=action), **{'nullable': False, **more})


def upgrade() -> None:
    op.create_table(
        'wiki_page',
        sa.Column('id', sa.String(36), primary_key=True),
        refers('community'),
        sa.Column('slug', sa.String(80), nullable=False),
        sa.Column('title', sa.String(200), nullable=False),
        sa.Column('text', sa.Text, nullable=False),
        sa.Column('html', sa.Text, nullable=False),
        sa.Column('sanitiser', sa.Integer, nullable=False),
        sa.Column('edition', sa.Integer, nullable=False),
        refers('person', name='author_id', nullable=True),
        sa.Column('created', Moment, nullable=False),
        sa.Column('changed', Moment, nullable=False),
        sa.Column('hidden_at', Moment),
        sa.Column('touched', sa.Integer, nullable=False),
    )
    op.create_index('ix_wiki_page_listed', 'wiki_page', ['community_id', 'hidden_at', 'title'])
    op.create_index('ix_wiki_page_author_id', 'wiki_page', ['author_id'])
    op.create_table(
        'wiki_version',
        sa.Column('id', sa.String(36), primary_key=True),
        refers('wiki_page', name='page_id'),
        sa.Column('edition', sa.Integer, nullable=False),
        sa.Column('title', sa.String(200), nullable=False),
        sa.Column('text', sa.Text, nullable=False),
        sa.Column('summary', sa.String(200), nullable=False),
        sa.Column('restored', sa.Integer),
        refers('person', name='author_id', nullable=True),
        sa.Column('at', Moment, nullable=False),
        sa.UniqueConstraint('page_id', 'edition', name='uq_wiki_version'),
    )
    op.create_index('ix_wiki_version_author_id', 'wiki_version', ['author_id'])
    op.create_table(
        'wiki_name',
        sa.Column('id', sa.String(36), primary_key=True),
        refers('community'),
        sa.Column('slug', sa.String(80), nullable=False),
        refers('wiki_page', name='page_id'),
        sa.UniqueConstraint('community_id', 'slug', name='uq_wiki_name'),
    )
    op.create_index('ix_wiki_name_page_id', 'wiki_name', ['page_id'])


def downgrade() -> None:
    for table in ('wiki_name', 'wiki_version', 'wiki_page'):
        op.drop_table(table)
