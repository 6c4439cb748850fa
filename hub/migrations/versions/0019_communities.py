"""communities, their topics and members, and who wants to belong to one"""

import sqlalchemy as sa
from alembic import op

from hub.db import Moment

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def refers(to: str, **more: object) -> sa.Column:
    action = 'SET NULL' if more.get('nullable') else 'CASCADE'
    name = more.pop('name', f'{to}_id')
    return sa.Column(name, sa.String(36), sa.ForeignKey(f'{to}.id', ondelete=action), **{'nullable': False, **more})


def upgrade() -> None:
    op.create_table(
        'community',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('slug', sa.String(80), nullable=False, unique=True),
        sa.Column('name', sa.String(120), nullable=False),
        sa.Column('other_names', sa.JSON, nullable=False),
        sa.Column('purpose', sa.Text, nullable=False),
        sa.Column('rules', sa.Text, nullable=False),
        sa.Column('visibility', sa.String(12), nullable=False),
        sa.Column('language', sa.String(8), nullable=False),
        sa.Column('organisation_id', sa.String(36), sa.ForeignKey('organisation.id'), nullable=False),
        sa.Column('created', Moment, nullable=False),
        sa.Column('last_activity', Moment, nullable=False),
        sa.Column('archived_at', Moment),
        sa.Column('members', sa.Integer, nullable=False),
        sa.Column('touched', sa.Integer, nullable=False),
    )
    op.create_index('ix_community_active', 'community', ['archived_at', 'last_activity'])
    op.create_index('ix_community_organisation_id', 'community', ['organisation_id'])
    op.create_table(
        'community_member',
        sa.Column('id', sa.String(36), primary_key=True),
        refers('person'),
        refers('community'),
        sa.Column('role', sa.String(20), nullable=False),
        sa.Column('since', Moment, nullable=False),
        sa.UniqueConstraint('person_id', 'community_id', name='uq_community_member'),
    )
    op.create_index('ix_community_member_community_id', 'community_member', ['community_id'])
    op.create_table(
        'community_concept',
        sa.Column('id', sa.Integer, primary_key=True, autoincrement=True),
        refers('community'),
        sa.Column('concept_uri', sa.String(300), nullable=False),
        sa.UniqueConstraint('community_id', 'concept_uri', name='uq_community_concept'),
    )
    op.create_index('ix_community_concept_concept_uri', 'community_concept', ['concept_uri'])
    op.create_table(
        'join_request',
        sa.Column('id', sa.String(36), primary_key=True),
        refers('community'),
        refers('person'),
        sa.Column('words', sa.Text, nullable=False),
        sa.Column('created', Moment, nullable=False),
        sa.UniqueConstraint('community_id', 'person_id', name='uq_join_request'),
    )
    op.create_index('ix_join_request_person_id', 'join_request', ['person_id'])
    op.create_table(
        'community_invitation',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('hashed', sa.String(64), nullable=False, unique=True),
        sa.Column('email', sa.String(254), nullable=False),
        refers('community'),
        sa.Column('role', sa.String(20), nullable=False),
        refers('person', name='by_id', nullable=True),
        sa.Column('created', Moment, nullable=False),
        sa.Column('expires', Moment, nullable=False),
    )
    op.create_index('ix_community_invitation_email', 'community_invitation', ['email'])
    op.create_index('ix_community_invitation_community_id', 'community_invitation', ['community_id'])
    op.create_index('ix_community_invitation_by_id', 'community_invitation', ['by_id'])


def downgrade() -> None:
    for table in ('community_invitation', 'join_request', 'community_concept', 'community_member', 'community'):
        op.drop_table(table)
