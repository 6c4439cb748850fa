"""the language of people and organisations, and what the sentences of problems and runs were filled in with"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

COLUMNS = (
    ('person', 'language', sa.String(8), 'en'),
    ('organisation', 'language', sa.String(8), 'en'),
    ('problem', 'words', sa.JSON(), '{}'),
    ('run', 'said', sa.JSON(), '{}'),
)


def upgrade() -> None:
    # Not as a batch: SQLite would make the table anew, and what refers to the old one would go with it.
    for table, name, type, otherwise in COLUMNS:
        op.add_column(table, sa.Column(name, type, nullable=False, server_default=otherwise))


def downgrade() -> None:
    for table, name, _, _ in COLUMNS:
        op.drop_column(table, name)
