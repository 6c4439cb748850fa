"""threads, posts and what hangs on them; answers by mail"""

import sqlalchemy as sa
from alembic import op

from hub.db import Moment

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'stored_file',
        sa.Column('hashed', sa.String(64), primary_key=True),
        sa.Column('content', sa.LargeBinary, nullable=False),
        sa.Column('size', sa.Integer, nullable=False),
        sa.Column('created', Moment, nullable=False),
    )
    op.create_table(
        'thread',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('community_id', sa.String(36), sa.ForeignKey('community.id', ondelete='CASCADE'), nullable=False),
        sa.Column('kind', sa.String(12), nullable=False),
        sa.Column('title', sa.String(200), nullable=False),
        sa.Column('language', sa.String(8), nullable=False),
        sa.Column('author_id', sa.String(36), sa.ForeignKey('person.id', ondelete='SET NULL')),
        sa.Column('created', Moment, nullable=False),
        sa.Column('last_activity', Moment, nullable=False),
        sa.Column('replies', sa.Integer, nullable=False),
        sa.Column('votes', sa.Integer, nullable=False),
        sa.Column('answered_at', Moment),
        sa.Column('ends', Moment),
        sa.Column('closed_at', Moment),
        sa.Column('closed_why', sa.Text, nullable=False),
        sa.Column('hidden_at', Moment),
        sa.Column('told', sa.Integer, nullable=False),
        sa.Column('touched', sa.Integer, nullable=False),
    )
    op.create_index('ix_thread_author_id', 'thread', ['author_id'])
    op.create_index('ix_thread_listed', 'thread', ['community_id', 'hidden_at', 'last_activity'])
    op.create_index('ix_thread_unanswered', 'thread', ['community_id', 'kind', 'answered_at'])
    op.create_table(
        'thread_concept',
        sa.Column('id', sa.Integer, primary_key=True, autoincrement=True),
        sa.Column('thread_id', sa.String(36), sa.ForeignKey('thread.id', ondelete='CASCADE'), nullable=False),
        sa.Column('concept_uri', sa.String(300), nullable=False),
        sa.UniqueConstraint('thread_id', 'concept_uri', name='uq_thread_concept'),
    )
    op.create_index('ix_thread_concept_concept_uri', 'thread_concept', ['concept_uri'])
    op.create_table(
        'thread_record',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('thread_id', sa.String(36), sa.ForeignKey('thread.id', ondelete='CASCADE'), nullable=False),
        sa.Column('record_id', sa.String(36), sa.ForeignKey('record.id', ondelete='CASCADE'), nullable=False),
        sa.Column('by_id', sa.String(36), sa.ForeignKey('person.id', ondelete='SET NULL')),
        sa.Column('created', Moment, nullable=False),
        sa.UniqueConstraint('thread_id', 'record_id', name='uq_thread_record'),
    )
    op.create_index('ix_thread_record_by_id', 'thread_record', ['by_id'])
    op.create_index('ix_thread_record_record_id', 'thread_record', ['record_id'])
    op.create_table(
        'post',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('thread_id', sa.String(36), sa.ForeignKey('thread.id', ondelete='CASCADE'), nullable=False),
        sa.Column('opening', sa.Boolean, nullable=False),
        sa.Column('author_id', sa.String(36), sa.ForeignKey('person.id', ondelete='SET NULL')),
        sa.Column('created', Moment, nullable=False),
        sa.Column('text', sa.Text, nullable=False),
        sa.Column('html', sa.Text, nullable=False),
        sa.Column('sanitiser', sa.Integer, nullable=False),
        sa.Column('edition', sa.Integer, nullable=False),
        sa.Column('edited_at', Moment),
        sa.Column('accepted_at', Moment),
        sa.Column('hidden_at', Moment),
        sa.Column('hidden_why', sa.Text, nullable=False),
        sa.Column('first', sa.Boolean, nullable=False),
        sa.Column('checked_at', Moment),
        sa.Column('by_mail', sa.Boolean, nullable=False),
        sa.Column('removed', sa.Boolean, nullable=False),
    )
    op.create_index('ix_post_author_id', 'post', ['author_id'])
    where = sa.text('first AND checked_at IS NULL')
    op.create_index('ix_post_first', 'post', ['created'], sqlite_where=where, postgresql_where=where)
    op.create_index('ix_post_thread', 'post', ['thread_id', 'created'])
    op.create_table(
        'post_version',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('post_id', sa.String(36), sa.ForeignKey('post.id', ondelete='CASCADE'), nullable=False),
        sa.Column('edition', sa.Integer, nullable=False),
        sa.Column('title', sa.String(200), nullable=False),
        sa.Column('text', sa.Text, nullable=False),
        sa.Column('by_id', sa.String(36), sa.ForeignKey('person.id', ondelete='SET NULL')),
        sa.Column('at', Moment, nullable=False),
        sa.UniqueConstraint('post_id', 'edition', name='uq_post_version'),
    )
    op.create_index('ix_post_version_by_id', 'post_version', ['by_id'])
    op.create_table(
        'mention',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('post_id', sa.String(36), sa.ForeignKey('post.id', ondelete='CASCADE'), nullable=False),
        sa.Column('person_id', sa.String(36), sa.ForeignKey('person.id', ondelete='CASCADE'), nullable=False),
        sa.Column('words', sa.String(260), nullable=False),
        sa.UniqueConstraint('post_id', 'person_id', name='uq_mention'),
    )
    op.create_index('ix_mention_person_id', 'mention', ['person_id'])
    op.create_table(
        'idea_vote',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('thread_id', sa.String(36), sa.ForeignKey('thread.id', ondelete='CASCADE'), nullable=False),
        sa.Column('person_id', sa.String(36), sa.ForeignKey('person.id', ondelete='CASCADE'), nullable=False),
        sa.Column('created', Moment, nullable=False),
        sa.UniqueConstraint('thread_id', 'person_id', name='uq_idea_vote'),
    )
    op.create_index('ix_idea_vote_person_id', 'idea_vote', ['person_id'])
    op.create_table(
        'poll_option',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('thread_id', sa.String(36), sa.ForeignKey('thread.id', ondelete='CASCADE'), nullable=False),
        sa.Column('position', sa.Integer, nullable=False),
        sa.Column('words', sa.String(200), nullable=False),
        sa.Column('votes', sa.Integer, nullable=False),
        sa.UniqueConstraint('thread_id', 'position', name='uq_poll_option'),
    )
    op.create_table(
        'poll_vote',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('thread_id', sa.String(36), sa.ForeignKey('thread.id', ondelete='CASCADE'), nullable=False),
        sa.Column('option_id', sa.String(36), sa.ForeignKey('poll_option.id', ondelete='CASCADE'), nullable=False),
        sa.Column('person_id', sa.String(36), sa.ForeignKey('person.id', ondelete='CASCADE'), nullable=False),
        sa.UniqueConstraint('thread_id', 'person_id', name='uq_poll_vote'),
    )
    op.create_index('ix_poll_vote_option_id', 'poll_vote', ['option_id'])
    op.create_index('ix_poll_vote_person_id', 'poll_vote', ['person_id'])
    op.create_table(
        'attachment',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('post_id', sa.String(36), sa.ForeignKey('post.id', ondelete='CASCADE'), nullable=False),
        sa.Column('hashed', sa.String(64), sa.ForeignKey('stored_file.hashed'), nullable=False),
        sa.Column('name', sa.String(200), nullable=False),
        sa.Column('type', sa.String(100), nullable=False),
        sa.Column('size', sa.Integer, nullable=False),
        sa.Column('created', Moment, nullable=False),
    )
    op.create_index('ix_attachment_hashed', 'attachment', ['hashed'])
    op.create_index('ix_attachment_post_id', 'attachment', ['post_id'])
    op.create_table(
        'post_report',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('post_id', sa.String(36), sa.ForeignKey('post.id', ondelete='CASCADE'), nullable=False),
        sa.Column('community_id', sa.String(36), sa.ForeignKey('community.id', ondelete='CASCADE'), nullable=False),
        sa.Column('person_id', sa.String(36), sa.ForeignKey('person.id', ondelete='SET NULL')),
        sa.Column('reason', sa.String(20), nullable=False),
        sa.Column('text', sa.Text, nullable=False),
        sa.Column('created', Moment, nullable=False),
        sa.Column('answered_at', Moment),
        sa.Column('outcome', sa.String(20), nullable=False),
        sa.Column('answer', sa.Text, nullable=False),
    )
    op.create_index('ix_post_report_community_id', 'post_report', ['community_id'])
    op.create_index('ix_post_report_person_id', 'post_report', ['person_id'])
    op.create_index('ix_post_report_post_id', 'post_report', ['post_id'])
    op.create_index('ix_post_report_waiting', 'post_report', ['answered_at', 'created'])
    op.create_table(
        'reply_address',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('thread_id', sa.String(36), sa.ForeignKey('thread.id', ondelete='CASCADE'), nullable=False),
        sa.Column('person_id', sa.String(36), sa.ForeignKey('person.id', ondelete='CASCADE'), nullable=False),
        sa.Column('key', sa.String(32), nullable=False, unique=True),
        sa.Column('expires', Moment, nullable=False),
        sa.Column('revoked_at', Moment),
        sa.UniqueConstraint('thread_id', 'person_id', name='uq_reply_address'),
    )
    op.create_index('ix_reply_address_person_id', 'reply_address', ['person_id'])
    op.create_table(
        'mail_taken',
        sa.Column('hashed', sa.String(64), primary_key=True),
        sa.Column('at', Moment, nullable=False),
        sa.Column('post_id', sa.String(36), sa.ForeignKey('post.id', ondelete='SET NULL')),
    )
    op.create_index('ix_mail_taken_post_id', 'mail_taken', ['post_id'])


def downgrade() -> None:
    for table in (
        'mail_taken',
        'reply_address',
        'post_report',
        'attachment',
        'poll_vote',
        'poll_option',
        'idea_vote',
        'mention',
        'post_version',
        'post',
        'thread_record',
        'thread_concept',
        'thread',
        'stored_file',
    ):
        op.drop_table(table)
