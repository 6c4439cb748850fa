"""the libraries of communities"""

import sqlalchemy as sa
from alembic import op

from hub.db import Moment

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def refers(to: str, action: str = 'CASCADE', name: str = '', **more: object) -> sa.Column:
    nullable = action == 'SET NULL'
    foreign = sa.ForeignKey(f'{to}.id', ondelete=action)
    return sa.Column(name or f'{to}_id', sa.String(36), foreign, **{'nullable': nullable, **more})


def upgrade() -> None:
    # Not as a batch: SQLite would make the table anew, and what refers to the old one would go with it.
    op.add_column('record', sa.Column('rematch', sa.Boolean, nullable=False, server_default=sa.false()))
    condition = sa.text('rematch')
    op.create_index('ix_record_rematch', 'record', ['id'], sqlite_where=condition, postgresql_where=condition)
    op.create_table(
        'library_collection',
        sa.Column('id', sa.String(36), primary_key=True),
        refers('community'),
        sa.Column('name', sa.String(120), nullable=False),
        sa.Column('about', sa.Text, nullable=False),
        sa.Column('place', sa.Integer, nullable=False),
        sa.Column('created', Moment, nullable=False),
    )
    op.create_table(
        'library_item',
        sa.Column('id', sa.String(36), primary_key=True),
        refers('community'),
        refers('record'),
        sa.Column('state', sa.String(12), nullable=False),
        sa.Column('why', sa.JSON, nullable=False),
        sa.Column('found_at', Moment, nullable=False),
        sa.Column('decided_at', Moment),
        refers('person', 'SET NULL', 'by_id'),
        sa.Column('note', sa.Text, nullable=False),
        refers('library_collection', 'SET NULL', 'collection_id'),
        sa.Column('place', sa.Integer, nullable=False),
        sa.Column('version', sa.Integer, nullable=False),
        sa.UniqueConstraint('community_id', 'record_id', name='uq_library_item'),
    )
    op.create_index('ix_library_item_state', 'library_item', ['community_id', 'state'])
    op.create_table(
        'library_search',
        sa.Column('id', sa.String(36), primary_key=True),
        refers('community'),
        sa.Column('name', sa.String(120), nullable=False),
        sa.Column('asked', sa.String(2000), nullable=False),
        sa.Column('created', Moment, nullable=False),
        refers('person', 'SET NULL', 'by_id'),
        sa.Column('paused', sa.Boolean, nullable=False),
        sa.Column('filled_at', Moment),
        sa.Column('trouble', sa.Text, nullable=False),
    )
    op.create_table(
        'library_filled',
        refers('community', primary_key=True),
        sa.Column('concepts', sa.JSON, nullable=False),
        sa.Column('touched', sa.Integer, nullable=False),
    )
    for table, column in (
        *(('library_collection', 'community_id'), ('library_search', 'community_id'), ('library_search', 'by_id')),
        *(('library_item', 'record_id'), ('library_item', 'by_id'), ('library_item', 'collection_id')),
    ):
        op.create_index(f'ix_{table}_{column}', table, [column])


def downgrade() -> None:
    for table in ('library_filled', 'library_search', 'library_item', 'library_collection'):
        op.drop_table(table)
    op.drop_index('ix_record_rematch', 'record')
    op.drop_column('record', 'rematch')
