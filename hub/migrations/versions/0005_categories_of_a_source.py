"""the publisher's categories and their topics, and records by their address"""

import sqlalchemy as sa
from alembic import op


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not as a batch: SQLite would make the table anew, and what refers to the old one would go with it.
    op.add_column('source', sa.Column('categories', sa.JSON(), nullable=False, server_default='{}'))
    op.create_index('ix_record_url', 'record', ['url'])


def downgrade() -> None:
    op.drop_index('ix_record_url', 'record')
    op.drop_column('source', 'categories')
