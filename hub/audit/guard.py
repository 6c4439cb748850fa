"""What the database itself refuses to do with the audit log: triggers, the same on both kinds of database.

Migrations hold a copy of these statements as they were when it was written.
"""

from typing import Any, Final

from sqlalchemy import event
from sqlalchemy import text as sql
from sqlalchemy.engine import Connection

from hub.audit.models import Audit, AuditErasure, AuditPerson

REFUSAL: Final = "the audit log is append only"

_NEVER: Final = "audit audit_erasure"
_DOOR: Final = "NOT EXISTS (SELECT 1 FROM audit_erasure WHERE audit_erasure.id = OLD.id)"


def _sqlite() -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    never = [
        f"CREATE TRIGGER {table}_keeps_{what.lower()} BEFORE {what} ON {table} {refuse}"
        for table in _NEVER.split()
        for what in ("UPDATE", "DELETE")
    ]
    # INSERT OR REPLACE deletes without asking a trigger of deletions.
    replaced = [
        f"CREATE TRIGGER {table}_keeps_insert BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) {refuse}"
        for table in (*_NEVER.split(), "audit_person")
    ]
    return [
        *never,
        *replaced,
        f"CREATE TRIGGER audit_person_keeps_update BEFORE UPDATE ON audit_person {refuse}",
        f"CREATE TRIGGER audit_person_keeps_delete BEFORE DELETE ON audit_person WHEN {_DOOR} {refuse}",
    ]


def _postgresql() -> list[str]:
    body = f"BEGIN RAISE EXCEPTION '{REFUSAL}'; END"
    never = [
        f"CREATE TRIGGER {table}_keeps BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION audit_keeps()"
        for table in _NEVER.split()
    ]
    emptied = [
        f"CREATE TRIGGER {table}_stays BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_keeps()"
        for table in (*_NEVER.split(), "audit_person")
    ]
    door = f"BEGIN IF TG_OP = 'UPDATE' OR {_DOOR} THEN RAISE EXCEPTION '{REFUSAL}'; END IF; RETURN OLD; END"
    return [
        f"CREATE FUNCTION audit_keeps() RETURNS trigger LANGUAGE plpgsql AS $${body}$$",
        f"CREATE FUNCTION audit_person_keeps() RETURNS trigger LANGUAGE plpgsql AS $${door}$$",
        *never,
        *emptied,
        "CREATE TRIGGER audit_person_keeps BEFORE UPDATE OR DELETE ON audit_person "
        "FOR EACH ROW EXECUTE FUNCTION audit_person_keeps()",
    ]


TRIGGERS: Final[dict[str, list[str]]] = {"sqlite": _sqlite(), "postgresql": _postgresql()}
"""Kind of database -> statements that put its guard in place."""

GUARDED: Final = (Audit.__table__, AuditPerson.__table__, AuditErasure.__table__)


def _after_all(_target: Any, connection: Connection, *, tables: Any = (), **_: Any) -> None:
    if tables and all(table in tables for table in GUARDED):
        for statement in TRIGGERS[connection.dialect.name]:
            connection.execute(sql(statement))


event.listen(Audit.metadata, "after_create", _after_all)
