"""members of a community by when they came"""

from alembic import op

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_community_member_since', 'community_member', ['community_id', 'since'])
    op.drop_index('ix_community_member_community_id', 'community_member')


def downgrade() -> None:
    op.create_index('ix_community_member_community_id', 'community_member', ['community_id'])
    op.drop_index('ix_community_member_since', 'community_member')
