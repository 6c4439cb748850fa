"""bytes of a run beyond two gigabytes"""

import sqlalchemy as sa
from alembic import op


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # SQLite's whole numbers have 64 bits already.
    if op.get_context().dialect.name == 'postgresql':
        op.alter_column('run', 'bytes', type_=sa.BigInteger(), existing_type=sa.Integer(), existing_nullable=False)


def downgrade() -> None:
    if op.get_context().dialect.name == 'postgresql':
        op.alter_column(
            'run', 'bytes', type_=sa.Integer(), existing_type=sa.BigInteger(), existing_nullable=False,
            postgresql_using='least(bytes, 2147483647)',
        )
