"""what is restricted to the people of an organisation"""

import sqlalchemy as sa
from alembic import op


revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

COUNTED = ['organisation_id', 'published', 'language']


def upgrade() -> None:
    # Not as a batch: SQLite would make the tables anew, and what refers to the old ones would go with them.
    op.add_column('source', sa.Column('visibility', sa.String(12), nullable=False, server_default='public'))
    # `address` stays what must be unique, which a restricted source does not share with those of others.
    op.add_column('source', sa.Column('place', sa.String(2000), nullable=False, server_default=''))
    op.execute('UPDATE source SET place = address')
    op.add_column('record', sa.Column('audience', sa.String(36), nullable=True))
    op.drop_index('ix_record_living', 'record')
    _partial('ix_record_shown', COUNTED, 'withdrawn_at IS NULL AND audience IS NULL')
    _partial('ix_record_restricted', ['audience'], 'audience IS NOT NULL')


def downgrade() -> None:
    op.drop_index('ix_record_restricted', 'record')
    op.drop_index('ix_record_shown', 'record')
    _partial('ix_record_living', COUNTED, 'withdrawn_at IS NULL')
    op.drop_column('record', 'audience')
    op.drop_column('source', 'place')
    op.drop_column('source', 'visibility')


def _partial(name: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, 'record', columns, sqlite_where=condition, postgresql_where=condition)
