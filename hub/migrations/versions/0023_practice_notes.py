"""what came of a practice, on records; practice notes and who wrote them"""

import sqlalchemy as sa
from alembic import op

from hub.db import Moment

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ('outcome', 'stage'):
        op.add_column('record', sa.Column(name, sa.String(20), nullable=False, server_default=''))
    op.create_table(
        'practice_note',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('organisation_id', sa.String(36), sa.ForeignKey('organisation.id', ondelete='CASCADE'), nullable=False),
        sa.Column('state', sa.String(10), nullable=False),
        sa.Column('words', sa.JSON, nullable=False),
        sa.Column('edition', sa.Integer, nullable=False),
        sa.Column('record_id', sa.String(36), sa.ForeignKey('record.id', ondelete='SET NULL'), unique=True),
        sa.Column('thread_id', sa.String(36), nullable=False),
        sa.Column('created', Moment, nullable=False),
        sa.Column('changed', Moment, nullable=False),
    )
    op.create_index('ix_practice_note_organisation_id', 'practice_note', ['organisation_id'])
    op.create_index('ix_practice_note_thread_id', 'practice_note', ['thread_id'])
    op.create_table(
        'note_author',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('note_id', sa.String(36), sa.ForeignKey('practice_note.id', ondelete='CASCADE'), nullable=False),
        sa.Column('person_id', sa.String(36), sa.ForeignKey('person.id', ondelete='CASCADE'), nullable=False),
        sa.Column('named', sa.Boolean, nullable=False),
        sa.Column('since', Moment, nullable=False),
        sa.UniqueConstraint('note_id', 'person_id', name='uq_note_author'),
    )
    op.create_index('ix_note_author_person_id', 'note_author', ['person_id'])


def downgrade() -> None:
    op.drop_table('note_author')
    op.drop_table('practice_note')
    for name in ('stage', 'outcome'):
        op.drop_column('record', name)
