"""What alerts hold of a person: handing it out to them, and forgetting it."""

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.alerts.models import AlertSetting, Delivery, Digest, UnsubscribeToken
from hub.notices.following import PERSON, hash_of
from hub.notices.models import Follow


def export_person(session: Session, person_id: str) -> dict[str, list[dict[str, Any]]]:
    """What they follow and how they want to be told, and what was delivered to them, the oldest first."""
    follows = session.scalars(select(Follow).where(Follow.person_id == person_id).order_by(Follow.created))
    setting = session.get(AlertSetting, person_id)
    settings = [_setting(setting)] if setting else []
    rows = session.scalars(select(Delivery).where(Delivery.person_id == person_id).order_by(Delivery.id))
    delivered = [
        {"at": row.at.isoformat(), "what": row.what, "thing": row.thing_id, "why": row.why, "how": row.state}
        for row in rows
    ]
    names = ("kind", "key", "name", "frequency", "quiet")
    following = [{**{name: getattr(row, name) for name in names}, "since": row.created.isoformat()} for row in follows]
    return {"follows": following, "alert_settings": settings, "deliveries": delivered}


def _setting(row: AlertSetting) -> dict[str, Any]:
    return {
        "how often": row.groups,
        "paused": row.paused_at.isoformat() if row.paused_at else None,
        "seen until": row.seen_at.isoformat() if row.seen_at else None,
    }


def forget_person(session: Session, person_id: str) -> None:
    """All of it is deleted, and nobody follows them any more."""
    for table in (Delivery, Digest, UnsubscribeToken, Follow, AlertSetting):
        session.execute(delete(table).where(table.person_id == person_id))
    session.execute(delete(Follow).where(Follow.hashed == hash_of(PERSON, person_id)))
