"""Member organisations: adding, changing, removing, finding and listing them."""

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass, fields
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from hub.audit.service import note_act
from hub.db import Base, alone, locking, require_storable
from hub.errors import BadInput, Conflict, NotFound
from hub.languages import ENGLISH, N_
from hub.languages import gettext as _
from hub.organisations.models import Organisation
from hub.policy import Actor

SECTORS: Final[dict[str, tuple[str, str]]] = {
    "council": (N_("Council"), N_("Councils")),
    "police": (N_("Police"), N_("Police")),
    "fire": (N_("Fire and rescue"), N_("Fire and rescue")),
    "health": (N_("Health"), N_("Health")),
    "central": (N_("Central government"), N_("Central government")),
    "education": (N_("Education"), N_("Education")),
    "voluntary": (N_("Voluntary sector"), N_("Voluntary sector")),
}
"""Sector -> (of one organisation, of many)."""


CHANGED: Final = N_("Somebody else has changed this organisation meanwhile. Look at what it says now, and save again.")

SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Details:
    """What an organisation says of itself: what its own admins may change."""

    name: str
    sector: str
    other_names: tuple[str, ...] = ()
    area: str = ""
    about: str = ""
    website: str = ""
    contact_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    licence_uri: str = ""
    language: str = ENGLISH


def slug_of(name: str, otherwise: str = "organisation") -> str:
    """`Cyngor Dyffryn` -> `cyngor-dyffryn`: for addresses; `otherwise` where nothing is left of it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80] or otherwise


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
    language: str = ENGLISH,
    fictional: bool = False,
) -> Organisation:
    """A new member organisation. BadInput for an unknown sector or no name, Conflict for one that is there already."""
    if not name.strip():
        raise BadInput(_("Give the organisation's name."), "name")
    if sector not in SECTORS:
        sectors = ", ".join(SECTORS)
        raise BadInput(_("There is no sector “%(sector)s”. Use one of: %(all)s.", sector=sector, all=sectors), "sector")
    if website and not website.startswith(("https://", "http://")):
        raise BadInput(_("Give the website's whole address, beginning with https://."), "website")
    given = {
        "name": name.strip(),
        "website": website,
        "area": area,
        "about": about,
        "contact_name": contact_name,
        "contact_email": contact_email,
        "contact_phone": contact_phone,
        "licence_uri": licence_uri,
        "language": language,
    }
    require_storable(Organisation, given)
    slug = slug_of(name)
    alone(session, f"organisation {slug}")
    if session.scalar(select(Organisation.id).where(Organisation.slug == slug)):
        raise Conflict(_("There is already an organisation named %(name)s (%(slug)s).", name=name, slug=slug))
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


def change_organisation(
    session: Session, row: Organisation, *, actor: Actor, seen: str, to: Details, slug: str = "", trusted: bool = False
) -> list[str]:
    """Change what an organisation says; the names of what changed. `slug` and `trusted` are for the caller to guard.

    `seen` is the `edition` of what the person saw: Conflict when it is another by now. Documents show another short
    name or sector only when the index has taken them anew: whoever changes one of these announces them.
    """
    session.scalar(locking(select(Organisation).where(Organisation.id == row.id)))
    if edition(row) != seen:
        raise Conflict(_(CHANGED))
    slug = slug or row.slug
    if slug != row.slug:
        _require_free(session, slug)
    told = {one.name: getattr(to, one.name) for one in fields(Details)}
    told |= {"other_names": list(to.other_names), "slug": slug, "trusted": trusted}
    require_storable(Organisation, told)
    changed = [name for name, value in told.items() if getattr(row, name) != value]
    was = row.slug
    for name in changed:
        setattr(row, name, told[name])
    if changed:
        note_act(session, actor=actor, action="change organisation", thing=f"organisation {was}", changed=changed)
    return changed


def _require_free(session: Session, slug: str) -> None:
    if not SLUG.fullmatch(slug) or len(slug) > 80:
        raise BadInput(_("Use small letters, digits and hyphens only, like northford-city."), "slug")
    alone(session, f"organisation {slug}")
    if session.scalar(select(Organisation.id).where(Organisation.slug == slug)):
        raise BadInput(_("Another organisation has this short name already."), "slug")


def hanging_on(session: Session, organisation_id: str) -> dict[str, int]:
    """{table: rows} of everything that refers to the organisation, whichever slice it belongs to."""
    counts: dict[str, int] = {}
    for table in Base.metadata.sorted_tables:
        keys = [one for one in table.foreign_keys if one.column.table.name == Organisation.__tablename__]
        if keys:
            ours = or_(*(one.parent == organisation_id for one in keys))
            there = select(func.count()).select_from(table).where(ours)
            counts[table.name] = session.scalar(there) or 0
    return {name: number for name, number in counts.items() if number}


def remove_organisation(session: Session, row: Organisation, *, actor: Actor) -> None:
    """Forget an organisation on which nothing hangs. Conflict else."""
    session.scalar(locking(select(Organisation).where(Organisation.id == row.id)))
    if hanging_on(session, row.id):
        raise Conflict(_("Something has come to hang on this organisation meanwhile. Load its page again."))
    session.delete(row)
    note_act(session, actor=actor, action="remove organisation", thing=f"organisation {row.slug}", name=row.name)


def edition(row: Organisation) -> str:
    """Stands for everything that may be changed of an organisation: another one after every change."""
    told = [row.id, row.slug, row.trusted, row.domains, *(getattr(row, one.name) for one in fields(Details))]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def find_organisation(session: Session, slug: str) -> Organisation:
    """The organisation with this slug; NotFound with what to do otherwise."""
    row = session.scalar(select(Organisation).where(Organisation.slug == slug))
    if row is None:
        raise NotFound(
            _("There is no organisation “%(slug)s”. `moothall organisation list` shows those there are.", slug=slug)
        )
    return row


def organisations(session: Session) -> list[Organisation]:
    """All of them, by name."""
    return list(session.scalars(select(Organisation).order_by(func.lower(Organisation.name))))
