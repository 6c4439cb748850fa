"""The first steps of a hub, each done or not by what is really there."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.accounts.models import Invitation, Person
from hub.languages import gettext as _
from hub.mail.service import figures
from hub.organisations.models import Organisation
from hub.setup.house import House
from hub.sources.models import WRITTEN, Source


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it is, whether it is done, a sentence on how it stands, and where it is done."""

    key: str
    title: str
    done: bool
    sentence: str
    page: str


def first_steps(session: Session, house: House) -> list[Step]:
    """In the order in which each makes the next one easier."""
    first = session.scalar(select(Organisation.slug).order_by(Organisation.created).limit(1))
    sources = session.scalar(select(func.count()).where(Source.kind != WRITTEN)) or 0
    return [_named(house), _joined(first), _collected(sources, first), _mailed(session), _invited(session, first)]


def _named(house: House) -> Step:
    done = house.name != House().name
    what = _("It is called %(name)s.", name=house.name) if done else _("It still has the name of the software.")
    logo = _("It has a logo.") if house.logo else _("It has no logo yet, which is no must.")
    return Step("name", _("Name and logo"), done, f"{what} {logo}", "/manage/hub")


def _joined(first: str | None) -> Step:
    done = first is not None
    what = _("There is one.") if done else _("Documents and people belong to organisations: add the first.")
    page = "/manage/organisations" if done else "/manage/organisations/new"
    return Step("organisation", _("First organisation"), done, what, page)


def _collected(sources: int, first: str | None) -> Step:
    if sources:
        return Step("source", _("First source"), True, _("There is one."), "/sources")
    what = _("Paste any address of its website; you see the first documents before anything is stored.")
    if first is None:
        what = _("It belongs to an organisation, which comes first.")
    return Step("source", _("First source"), False, what, "/sources/new")


def _mailed(session: Session) -> Step:
    mails = figures(session)
    if mails.sent:
        what = _("Mails go out.")
    elif mails.last_error:
        what = _("The last mail did not go out: %(why)s", why=mails.last_error)
    elif mails.queued:
        what = _("A mail waits. It goes out in a moment if the relay is set and `moothall run` runs.")
    else:
        what = _("Send yourself a mail and see whether it comes.")
    return Step("mail", _("Mail works"), bool(mails.sent), what, "#test-mail")


def _invited(session: Session, first: str | None) -> Step:
    people = session.scalar(select(func.count()).select_from(Person).where(Person.confirmed_at.is_not(None))) or 0
    invited = session.scalar(select(func.count()).select_from(Invitation)) or 0
    done = people > 0 or invited > 0
    what = _("Somebody is here, or is invited.") if done else _("Invite the first people of an organisation.")
    page = f"/organisations/{first}/people" if first else "/manage/organisations/new"
    return Step("people", _("Invite people"), done, what, page)
