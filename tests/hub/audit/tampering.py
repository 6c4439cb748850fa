"""Somebody who changes the audit log with all rights on the database: the guard is put away first."""

from sqlalchemy import text
from sqlalchemy.orm import Session


def unguard(session: Session) -> None:
    """Put the triggers away, as only the owner of the database can."""
    if session.get_bind().dialect.name == "sqlite":
        for name in session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            session.execute(text(f"DROP TRIGGER {name}"))
        return
    for table in ("audit", "audit_person", "audit_erasure"):
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
