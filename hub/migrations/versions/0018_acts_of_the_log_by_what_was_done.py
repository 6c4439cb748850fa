"""acts of the log by what was done, and when"""

from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_audit_action', 'audit', ['action', 'at'])


def downgrade() -> None:
    op.drop_index('ix_audit_action', 'audit')
