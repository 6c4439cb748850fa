"""what people follow, and how they are told"""

import sqlalchemy as sa
from alembic import op

from hub.db import Moment

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def refers(to: str, action: str = 'CASCADE', **more: object) -> sa.Column:
    return sa.Column(f'{to}_id', sa.String(36), sa.ForeignKey(f'{to}.id', ondelete=action), **more)


def partial(name: str, table: str, column: str, where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, [column], sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    # Not as a batch: SQLite would make the tables anew, and what refers to the old ones would go with them.
    op.add_column('notice', sa.Column('settled_at', Moment))
    partial('ix_notice_unsettled', 'notice', 'person_id', 'settled_at IS NULL')
    op.add_column('mail_outbox', sa.Column('person_id', sa.String(36), nullable=False, server_default=''))
    op.add_column('mail_outbox', sa.Column('circles', sa.JSON(), nullable=False, server_default='[]'))
    op.add_column('record', sa.Column('matched_at', Moment))
    # What is there is not new to anybody.
    op.execute('UPDATE record SET matched_at = first_seen')
    partial('ix_record_unmatched', 'record', 'id', 'matched_at IS NULL')
    op.create_table(
        'follow',
        sa.Column('id', sa.String(36), primary_key=True),
        refers('person', nullable=False),
        sa.Column('kind', sa.String(12), nullable=False),
        sa.Column('key', sa.Text, nullable=False),
        sa.Column('hashed', sa.String(64), nullable=False),
        sa.Column('name', sa.String(200), nullable=False),
        sa.Column('frequency', sa.String(12), nullable=False),
        sa.Column('quiet', sa.Boolean, nullable=False),
        refers('community'),
        sa.Column('created', Moment, nullable=False),
        sa.UniqueConstraint('person_id', 'hashed', name='uq_follow'),
    )
    op.create_index('ix_follow_hashed', 'follow', ['hashed'])
    op.create_index('ix_follow_community_id', 'follow', ['community_id'])
    op.create_table(
        'alert_setting',
        sa.Column('person_id', sa.String(36), sa.ForeignKey('person.id', ondelete='CASCADE'), primary_key=True),
        sa.Column('paused_at', Moment),
        sa.Column('groups', sa.JSON, nullable=False),
        sa.Column('seen_at', Moment),
    )
    op.create_table(
        'digest',
        sa.Column('id', sa.String(36), primary_key=True),
        refers('person', nullable=False),
        sa.Column('period', sa.String(12), nullable=False),
        sa.Column('slot', sa.String(36), nullable=False),
        sa.Column('created', Moment, nullable=False),
        sa.Column('mail_key', sa.String(200), nullable=False, unique=True),
        sa.Column('held', sa.JSON, nullable=False),
        sa.Column('notices', sa.JSON, nullable=False),
        sa.UniqueConstraint('person_id', 'period', 'slot', name='uq_digest'),
    )
    op.create_index('ix_digest_created', 'digest', ['created'])
    op.create_table(
        'delivery',
        sa.Column('id', sa.Integer, primary_key=True, autoincrement=True),
        refers('person', nullable=False),
        sa.Column('thing', sa.String(20), nullable=False),
        sa.Column('thing_id', sa.String(36), nullable=False),
        sa.Column('what', sa.String(30), nullable=False),
        refers('record'),
        sa.Column('happening_id', sa.Integer, sa.ForeignKey('happening.id', ondelete='CASCADE')),
        sa.Column('at', Moment, nullable=False),
        sa.Column('why', sa.JSON, nullable=False),
        sa.Column('state', sa.String(10), nullable=False),
        refers('digest', 'SET NULL'),
        sa.UniqueConstraint('person_id', 'thing', 'thing_id', 'what', name='uq_delivery'),
        sqlite_autoincrement=True,
    )
    op.create_index('ix_delivery_person_id', 'delivery', ['person_id', 'id'])
    for column in ('record_id', 'happening_id', 'at', 'digest_id'):
        op.create_index(f'ix_delivery_{column}', 'delivery', [column])
    for state in ('waiting', 'urgent'):
        partial(f'ix_delivery_{state}', 'delivery', 'person_id', f"state = '{state}'")
    op.create_table(
        'unsubscribe_token',
        sa.Column('hashed', sa.String(64), primary_key=True),
        refers('person', nullable=False),
        sa.Column('purpose', sa.String(12), nullable=False),
        sa.Column('key', sa.String(36), nullable=False),
        sa.Column('created', Moment, nullable=False),
    )
    op.create_index('ix_unsubscribe_token_person_id', 'unsubscribe_token', ['person_id'])
    op.create_index('ix_unsubscribe_token_created', 'unsubscribe_token', ['created'])
    op.create_table(
        'alert_run',
        sa.Column('slot', sa.String(30), primary_key=True),
        sa.Column('started', Moment, nullable=False),
        sa.Column('ended', Moment),
        sa.Column('mails', sa.Integer, nullable=False),
    )


def downgrade() -> None:
    for table in ('alert_run', 'unsubscribe_token', 'delivery', 'digest', 'alert_setting', 'follow'):
        op.drop_table(table)
    op.drop_index('ix_record_unmatched', 'record')
    op.drop_column('record', 'matched_at')
    op.drop_column('mail_outbox', 'circles')
    op.drop_column('mail_outbox', 'person_id')
    op.drop_index('ix_notice_unsettled', 'notice')
    op.drop_column('notice', 'settled_at')
