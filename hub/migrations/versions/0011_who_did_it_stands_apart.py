"""the audit log: who did it stands apart and can be erased, everything else is refused by the database"""

import hashlib
import json
import secrets

import sqlalchemy as sa
from alembic import op

from hub.db import Moment

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

REFUSAL = 'the audit log is append only'
DOOR = 'NOT EXISTS (SELECT 1 FROM audit_erasure WHERE audit_erasure.id = OLD.id)'
MACHINES = ('command line', 'moothall', 'anonymous', 'Prometheus')

audit = sa.table(
    'audit',
    sa.column('id', sa.Integer),
    sa.column('at', Moment),
    sa.column('actor', sa.String),
    sa.column('action', sa.String),
    sa.column('thing', sa.String),
    sa.column('detail', sa.JSON),
    sa.column('personal', sa.String),
    sa.column('previous', sa.String),
    sa.column('hashed', sa.String),
)
audit_person = sa.table(
    'audit_person',
    sa.column('id', sa.Integer),
    sa.column('salt', sa.String),
    sa.column('person_id', sa.String),
    sa.column('name', sa.String),
    sa.column('network', sa.String),
)


def digest(*content: object) -> str:
    return hashlib.sha256(json.dumps(list(content), sort_keys=True).encode()).hexdigest()


def old_hash(row: sa.Row, actor: str, previous: str) -> str:
    return digest(row.at.isoformat(), actor, row.action, row.thing, row.detail, previous)


def new_hash(row: sa.Row, actor: str, personal: str, previous: str) -> str:
    return digest(row.at.isoformat(), actor, row.action, row.thing, row.detail, personal, previous)


def upgrade() -> None:
    op.add_column('audit', sa.Column('personal', sa.String(64), nullable=False, server_default=''))
    op.create_table(
        'audit_person',
        sa.Column('id', sa.Integer(), sa.ForeignKey('audit.id'), primary_key=True, autoincrement=False),
        sa.Column('salt', sa.String(32), nullable=False),
        sa.Column('person_id', sa.String(36), nullable=False),
        sa.Column('name', sa.String(120), nullable=False),
        sa.Column('network', sa.String(64), nullable=False),
    )
    op.create_index('ix_audit_person_person_id', 'audit_person', ['person_id'])
    op.create_table(
        'audit_erasure',
        sa.Column('id', sa.Integer(), sa.ForeignKey('audit.id'), primary_key=True, autoincrement=False),
        sa.Column('act', sa.Integer(), sa.ForeignKey('audit.id'), nullable=False),
    )
    op.create_index('ix_audit_erasure_act', 'audit_erasure', ['act'])
    _put_apart()
    for statement in guard(op.get_bind().dialect.name):
        op.execute(statement)


def _put_apart() -> None:
    """The names leave the rows, and the chain is made anew; where it was broken it stays so."""
    connection = op.get_bind()
    before = previous = ''
    for row in connection.execute(sa.select(audit).order_by(audit.c.id)).all():
        whole = row.previous == before and row.hashed == old_hash(row, row.actor, before)
        actor, personal = row.actor, ''
        if actor not in MACHINES:
            salt = secrets.token_hex(16)
            # Who it was had no number: whoever acted on themselves is known by the thing.
            own = row.action in ('sign in', 'register', 'confirm address', 'change password', 'end sessions')
            person = row.thing.removeprefix('person ')[:36] if own and row.thing.startswith('person ') else ''
            connection.execute(
                audit_person.insert().values(id=row.id, salt=salt, person_id=person, name=actor, network='')
            )
            actor, personal = 'person', digest(salt, person, row.actor, '')
        before = row.hashed
        hashed = new_hash(row, actor, personal, previous) if whole else row.hashed
        values = {'actor': actor, 'personal': personal, 'previous': previous, 'hashed': hashed}
        connection.execute(audit.update().where(audit.c.id == row.id).values(values))
        previous = hashed


def guard(dialect: str) -> list[str]:
    """The triggers by which this kind of database refuses every other change."""
    if dialect == 'sqlite':
        refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        return [
            *(
                f'CREATE TRIGGER {table}_keeps_{what.lower()} BEFORE {what} ON {table} {refuse}'
                for table in ('audit', 'audit_erasure')
                for what in ('UPDATE', 'DELETE')
            ),
            *(
                f'CREATE TRIGGER {table}_keeps_insert BEFORE INSERT ON {table} '
                f'WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) {refuse}'
                for table in ('audit', 'audit_erasure', 'audit_person')
            ),
            f'CREATE TRIGGER audit_person_keeps_update BEFORE UPDATE ON audit_person {refuse}',
            f'CREATE TRIGGER audit_person_keeps_delete BEFORE DELETE ON audit_person WHEN {DOOR} {refuse}',
        ]
    door = f"BEGIN IF TG_OP = 'UPDATE' OR {DOOR} THEN RAISE EXCEPTION '{REFUSAL}'; END IF; RETURN OLD; END"
    return [
        f"CREATE FUNCTION audit_keeps() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION '{REFUSAL}'; END$$",
        f'CREATE FUNCTION audit_person_keeps() RETURNS trigger LANGUAGE plpgsql AS $${door}$$',
        *(
            f'CREATE TRIGGER {table}_keeps BEFORE UPDATE OR DELETE ON {table} '
            'FOR EACH ROW EXECUTE FUNCTION audit_keeps()'
            for table in ('audit', 'audit_erasure')
        ),
        *(
            f'CREATE TRIGGER {table}_stays BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_keeps()'
            for table in ('audit', 'audit_erasure', 'audit_person')
        ),
        'CREATE TRIGGER audit_person_keeps BEFORE UPDATE OR DELETE ON audit_person '
        'FOR EACH ROW EXECUTE FUNCTION audit_person_keeps()',
    ]


def downgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == 'sqlite':
        for name in ('audit_keeps_update', 'audit_keeps_delete', 'audit_keeps_insert'):
            op.execute(f'DROP TRIGGER {name}')
    else:
        for name in ('keeps', 'stays'):
            op.execute(f'DROP TRIGGER audit_{name} ON audit')
    names = dict(connection.execute(sa.select(audit_person.c.id, audit_person.c.name)).all())
    before = previous = ''
    for row in connection.execute(sa.select(audit).order_by(audit.c.id)).all():
        whole = row.previous == before and row.hashed == new_hash(row, row.actor, row.personal, before)
        before = row.hashed
        actor = names.get(row.id) or row.actor
        hashed = old_hash(row, actor, previous) if whole else row.hashed
        values = {'actor': actor, 'previous': previous, 'hashed': hashed}
        connection.execute(audit.update().where(audit.c.id == row.id).values(values))
        previous = hashed
    op.drop_table('audit_erasure')
    op.drop_table('audit_person')
    if connection.dialect.name != 'sqlite':
        op.execute('DROP FUNCTION audit_person_keeps()')
        op.execute('DROP FUNCTION audit_keeps()')
    op.drop_column('audit', 'personal')
