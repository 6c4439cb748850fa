"""what was decided in the moderation queue, and what was passed on there"""

import sqlalchemy as sa
from alembic import op

from hub.db import Moment

revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None


def _person(name: str, **more: bool) -> sa.Column:
    return sa.Column(name, sa.String(36), sa.ForeignKey('person.id', ondelete='SET NULL'), **more)


def upgrade() -> None:
    op.create_table(
        'ruling',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('at', Moment, nullable=False),
        sa.Column('community_id', sa.String(36), sa.ForeignKey('community.id', ondelete='CASCADE'), nullable=False),
        sa.Column('kind', sa.String(12), nullable=False),
        sa.Column('item', sa.String(36), nullable=False),
        sa.Column('what', sa.String(12), nullable=False),
        sa.Column('thing', sa.String(12), nullable=False),
        sa.Column('thing_id', sa.String(36), nullable=False),
        sa.Column('title', sa.String(300), nullable=False),
        sa.Column('path', sa.String(500), nullable=False),
        sa.Column('ground', sa.String(40), nullable=False),
        sa.Column('facts', sa.Text, nullable=False),
        _person('by_id'),
        _person('person_id'),
        sa.Column('kept', sa.JSON, nullable=False),
        sa.Column('version', sa.Integer, nullable=False),
        sa.Column('settled_at', Moment),
        sa.Column('undone_at', Moment),
        _person('undone_by'),
        sa.Column('appealed_at', Moment),
        sa.Column('appeal', sa.Text, nullable=False),
        sa.Column('answered_at', Moment),
        sa.Column('reversed', sa.Boolean, nullable=False),
        sa.Column('answer', sa.Text, nullable=False),
        _person('answered_by'),
    )
    op.create_index('ix_ruling_log', 'ruling', ['community_id', 'at'])
    op.create_index('ix_ruling_thing_id', 'ruling', ['thing_id'])
    for name in ('by_id', 'person_id', 'undone_by', 'answered_by'):
        op.create_index(f'ix_ruling_{name}', 'ruling', [name])
    for name, column, where in (
        ('ix_ruling_asked', 'thing_id', "what = 'change' AND settled_at IS NULL"),
        ('ix_ruling_appealed', 'appealed_at', 'appealed_at IS NOT NULL AND answered_at IS NULL'),
    ):
        op.create_index(name, 'ruling', [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.create_table(
        'passed_on',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('kind', sa.String(12), nullable=False),
        sa.Column('community_id', sa.String(36), sa.ForeignKey('community.id', ondelete='CASCADE'), nullable=False),
        sa.Column('item', sa.String(36), nullable=False),
        _person('to_id'),
        sa.Column('to_site', sa.Boolean, nullable=False),
        sa.Column('automatic', sa.Boolean, nullable=False),
        sa.Column('note', sa.Text, nullable=False),
        _person('by_id'),
        sa.Column('at', Moment, nullable=False),
        sa.UniqueConstraint('kind', 'community_id', 'item', name='uq_passed_on'),
    )
    op.create_index('ix_passed_on_site', 'passed_on', ['to_site', 'community_id'])
    for name in ('to_id', 'by_id'):
        op.create_index(f'ix_passed_on_{name}', 'passed_on', [name])


def downgrade() -> None:
    op.drop_table('passed_on')
    op.drop_table('ruling')
