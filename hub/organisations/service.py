"""Member organisations: adding, finding and listing them."""

import re
import unicodedata
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.audit.service import note_act
from hub.db import alone, require_storable
from hub.errors import BadInput, Conflict, NotFound
from hub.organisations.models import Organisation
from hub.policy import Actor

SECTORS: Final[dict[str, tuple[str, str]]] = {
    "council": ("Council", "Councils"),
    "police": ("Police", "Police"),
    "fire": ("Fire and rescue", "Fire and rescue"),
    "health": ("Health", "Health"),
    "central": ("Central government", "Central government"),
    "education": ("Education", "Education"),
    "voluntary": ("Voluntary sector", "Voluntary sector"),
}
"""Sector -> (of one organisation, of many)."""


def slug_of(name: str) -> str:
    """`Cyngor Dyffryn` -> `cyngor-dyffryn`: for addresses."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80] or "organisation"


def add_organisation(
    session: Session,
    *,
    actor: Actor,
    name: str,
    sector: str,
    website: str = "",
    area: str = "",
    about: str = "",
    other_names: tuple[str, ...] = (),
    contact_name: str = "",
    contact_email: str = "",
    contact_phone: str = "",
    licence_uri: str = "",
    fictional: bool = False,
) -> Organisation:
    """A new member organisation. BadInput for an unknown sector or no name, Conflict for one that is there already."""
    if not name.strip():
        raise BadInput("Give the organisation's name.", "name")
    if sector not in SECTORS:
        raise BadInput(f"There is no sector {sector!r}. Use one of: {', '.join(SECTORS)}.", "sector")
    if website and not website.startswith(("https://", "http://")):
        raise BadInput("Give the website's whole address, beginning with https://.", "website")
    given = {
        "name": name.strip(),
        "website": website,
        "area": area,
        "about": about,
        "contact_name": contact_name,
        "contact_email": contact_email,
        "contact_phone": contact_phone,
        "licence_uri": licence_uri,
    }
    require_storable(Organisation, given)
    slug = slug_of(name)
    alone(session, f"organisation {slug}")
    if session.scalar(select(Organisation.id).where(Organisation.slug == slug)):
        raise Conflict(f"There is already an organisation named {name} ({slug}).")
    row = Organisation(
        slug=slug,
        sector=sector,
        other_names=list(other_names),
        fictional=fictional,
        **given,
    )
    session.add(row)
    session.flush()
    note_act(session, actor=actor, action="add organisation", thing=f"organisation {slug}", name=name)
    return row


def find_organisation(session: Session, slug: str) -> Organisation:
    """The organisation with this slug; NotFound with what to do otherwise."""
    row = session.scalar(select(Organisation).where(Organisation.slug == slug))
    if row is None:
        raise NotFound(f"There is no organisation “{slug}”. `moothall organisation list` shows those there are.")
    return row


def organisations(session: Session) -> list[Organisation]:
    """All of them, by name."""
    return list(session.scalars(select(Organisation).order_by(func.lower(Organisation.name))))
