"""people: profiles, letters through the hub, and whom somebody blocks"""

import sqlalchemy as sa
from alembic import op

from hub.db import Moment

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None

PARTS = ('profile', 'job', 'organisations', 'topics', 'about', 'languages', 'communities', 'answers', 'notes')


def person(name: str = 'person_id', to: str = 'person.id', action: str = 'CASCADE', **more: object) -> sa.Column:
    foreign = sa.ForeignKey(to, ondelete=action)
    return sa.Column(name, sa.String(36), foreign, **{'nullable': action == 'SET NULL', **more})


def upgrade() -> None:
    # Not as a batch: SQLite would make the table anew, and what refers to the old one would go with it.
    op.add_column('person', sa.Column('touched', sa.Integer, nullable=False, server_default='1'))
    op.create_table(
        'profile',
        person(primary_key=True),
        sa.Column('handle', sa.String(60), nullable=False),
        sa.Column('job', sa.String(200), nullable=False),
        sa.Column('about', sa.Text, nullable=False),
        sa.Column('languages', sa.String(200), nullable=False),
        *(sa.Column(f'sees_{part}', sa.String(12), nullable=False) for part in PARTS),
        sa.Column('may_write', sa.String(12), nullable=False),
        sa.Column('edition', sa.Integer, nullable=False),
        sa.Column('created', Moment, nullable=False),
        sa.Column('changed', Moment, nullable=False),
        sa.UniqueConstraint('handle', name='uq_profile_handle'),
    )
    op.create_table(
        'profile_topic',
        sa.Column('id', sa.Integer, primary_key=True, autoincrement=True),
        person(to='profile.person_id'),
        sa.Column('concept_uri', sa.String(300), nullable=False),
        sa.UniqueConstraint('person_id', 'concept_uri', name='uq_profile_topic'),
    )
    op.create_index('ix_profile_topic_concept_uri', 'profile_topic', ['concept_uri'])
    op.create_table(
        'profile_hidden',
        sa.Column('id', sa.String(36), primary_key=True),
        person(to='profile.person_id'),
        sa.Column('thing', sa.String(10), nullable=False),
        sa.Column('thing_id', sa.String(36), nullable=False),
        sa.UniqueConstraint('person_id', 'thing_id', name='uq_profile_hidden'),
    )
    op.create_table(
        'letter',
        sa.Column('id', sa.String(36), primary_key=True),
        person('sender_id', action='SET NULL'),
        person('recipient_id', action='SET NULL'),
        sa.Column('answers_id', sa.String(36), nullable=False),
        sa.Column('subject', sa.String(200), nullable=False),
        sa.Column('text', sa.Text, nullable=False),
        sa.Column('with_address', sa.Boolean, nullable=False),
        sa.Column('created', Moment, nullable=False),
    )
    op.create_index('ix_letter_sender_id', 'letter', ['sender_id', 'created'])
    op.create_index('ix_letter_recipient_id', 'letter', ['recipient_id', 'created'])
    op.create_index('ix_letter_created', 'letter', ['created'])
    op.create_table(
        'blocked',
        sa.Column('id', sa.String(36), primary_key=True),
        person(),
        person('other_id'),
        sa.Column('since', Moment, nullable=False),
        sa.UniqueConstraint('person_id', 'other_id', name='uq_blocked'),
    )
    op.create_index('ix_blocked_other_id', 'blocked', ['other_id'])


def downgrade() -> None:
    for table in ('blocked', 'letter', 'profile_hidden', 'profile_topic', 'profile'):
        op.drop_table(table)
    op.drop_column('person', 'touched')
