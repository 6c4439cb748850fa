"""people and sources that wait for the operator, and who else is told about a source"""

import sqlalchemy as sa
from alembic import op

from hub.db import Moment

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

COLUMNS = (
    ('approval', sa.String(10), ''),
    ('declined', sa.Text(), ''),
    ('registered_by', sa.String(36), ''),
    ('tell_email', sa.String(254), ''),
    ('tell_level', sa.String(10), 'problems'),
)


def upgrade() -> None:
    op.create_table(
        'joining',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('person_id', sa.String(36), sa.ForeignKey('person.id', ondelete='CASCADE'), nullable=False),
        sa.Column(
            'organisation_id', sa.String(36), sa.ForeignKey('organisation.id', ondelete='CASCADE'), nullable=False
        ),
        sa.Column('created', Moment(), nullable=False),
        sa.UniqueConstraint('person_id', 'organisation_id', name='uq_joining'),
    )
    op.create_index('ix_joining_organisation_id', 'joining', ['organisation_id'])
    # Not as a batch: SQLite would make the table anew, and what refers to the old one would go with it.
    for name, kind, default in COLUMNS:
        op.add_column('source', sa.Column(name, kind, nullable=False, server_default=default))
    op.add_column('source', sa.Column('tell_confirmed', Moment(), nullable=True))


def downgrade() -> None:
    op.drop_column('source', 'tell_confirmed')
    for name, _, _ in reversed(COLUMNS):
        op.drop_column('source', name)
    op.drop_table('joining')
