"""where an answer to a mail goes"""

import sqlalchemy as sa
from alembic import op

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('mail_outbox', sa.Column('reply_to', sa.String(254), nullable=False, server_default=''))


def downgrade() -> None:
    op.drop_column('mail_outbox', 'reply_to')
