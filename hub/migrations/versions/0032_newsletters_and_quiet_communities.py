"""newsletters of communities, and communities that have been quiet for long"""

import sqlalchemy as sa
from alembic import op

from hub.db import Moment

revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'newsletter',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('community_id', sa.String(36), sa.ForeignKey('community.id', ondelete='CASCADE'), nullable=False),
        sa.Column('title', sa.String(200), nullable=False),
        sa.Column('text', sa.Text, nullable=False),
        sa.Column('changed', Moment, nullable=False),
        sa.Column('by_id', sa.String(36), sa.ForeignKey('person.id', ondelete='SET NULL')),
        sa.Column('sent_at', Moment),
        sa.Column('thread_id', sa.String(36), sa.ForeignKey('thread.id', ondelete='SET NULL')),
        sa.Column('told', sa.Integer, nullable=False),
    )
    op.create_index('ix_newsletter_sent', 'newsletter', ['community_id', 'sent_at'])
    where = sa.text('sent_at IS NULL')
    given = {'unique': True, 'sqlite_where': where, 'postgresql_where': where}
    op.create_index('uq_newsletter_draft', 'newsletter', ['community_id'], **given)
    for name in ('by_id', 'thread_id'):
        op.create_index(f'ix_newsletter_{name}', 'newsletter', [name])
    op.create_table(
        'quiet_community',
        sa.Column('community_id', sa.String(36), sa.ForeignKey('community.id', ondelete='CASCADE'), primary_key=True),
        sa.Column('key', sa.String(36), nullable=False),
        sa.Column('nudged_at', Moment, nullable=False),
        sa.Column('offered_at', Moment),
    )


def downgrade() -> None:
    op.drop_table('quiet_community')
    op.drop_table('newsletter')
