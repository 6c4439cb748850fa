"""communities: how many organisations take part, and what the search of the list looks at"""

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('community', sa.Column('organisations', sa.Integer, nullable=False, server_default='0'))
    op.add_column('community', sa.Column('folded', sa.Text, nullable=False, server_default=''))
    op.execute("UPDATE community SET folded = lower(name || ' ' || purpose)")


def downgrade() -> None:
    op.drop_column('community', 'folded')
    op.drop_column('community', 'organisations')
