"""Member organisations: adding, changing, removing, finding and listing them."""

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass, fields
from typing import Any, Final

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
    session: Session, *, actor: Actor, fictional: bool = False, trusted: bool = False, **said: Any
) -> Organisation:
    """A new member organisation, of which the Details are `said`.

    BadInput for an unknown sector or no name, Conflict for one that is there already.
    """
    to = Details(**said | {"name": said["name"].strip()})
    if not to.name:
        raise BadInput(_("Give the organisation's name."), "name")
    if to.sector not in SECTORS:
        sectors = ", ".join(SECTORS)
        wrong = _("There is no sector “%(sector)s”. Use one of: %(all)s.", sector=to.sector, all=sectors)
        raise BadInput(wrong, "sector")
    if to.website and not to.website.startswith(("https://", "http://")):
        raise BadInput(_("Give the website's whole address, beginning with https://."), "website")
    told = _columns(to)
    require_storable(Organisation, told)
    slug = slug_of(to.name)
    alone(session, f"organisation {slug}")
    if session.scalar(select(Organisation.id).where(Organisation.slug == slug)):
        raise Conflict(_("There is already an organisation named %(name)s (%(slug)s).", name=to.name, slug=slug))
    row = Organisation(slug=slug, fictional=fictional, trusted=trusted, **told)
    session.add(row)
    session.flush()
    thing = f"organisation {slug}"
    note_act(session, actor=actor, action="add organisation", thing=thing, name=to.name, trusted=trusted)
    return row


def _columns(to: Details) -> dict[str, Any]:
    return {one.name: getattr(to, one.name) for one in fields(Details)} | {"other_names": list(to.other_names)}


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
    told = _columns(to) | {"slug": slug, "trusted": trusted}
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
