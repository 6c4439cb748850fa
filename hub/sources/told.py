"""Who else hears of a source's checks: one more address, which has said that it wants the mails, and how many."""

import hmac
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.audit.service import note_act
from hub.db import locking, now
from hub.errors import BadInput, NotFound
from hub.languages import N_, speaking
from hub.languages import gettext as _
from hub.mail.addresses import mail_address
from hub.mail.service import queue_mail
from hub.organisations.models import Organisation
from hub.policy import Actor
from hub.sources.models import Source
from hub.sources.notices import Named, secret_of

LEVELS: Final[dict[str, str]] = {
    "problems": N_("Only when it stops working, works again, or a check waits for a person"),
    "changes": N_("Also when a check brings something"),
    "every": N_("After every check"),
    "never": N_("Never"),
}
"""How much somebody wants to hear."""

GONE: Final = N_("This link belongs to an address that is not told about this source any more.")


def why_not(organisation: Organisation, email: str) -> str:
    """Why this address cannot be told; empty where it can. Mails go to the organisation's own people alone."""
    try:
        host = mail_address(email).rpartition("@")[2].lower()
    except BadInput:
        return _("This is no e-mail address. Enter one like team@example.gov.uk.")
    if email.lower() == organisation.contact_email.lower():
        return ""
    if any(host == one or host.endswith(f".{one}") for one in organisation.domains):
        return ""
    return _(
        "Enter an address at a domain of %(name)s, or that of its contact point. Its domains: %(domains)s.",
        name=organisation.name,
        domains=", ".join(organisation.domains) or _("none named"),
    )


def set_told(
    session: Session, source: Source, *, actor: Actor, email: str, level: str, named: Named, link: str
) -> bool:
    """Who is told, and of what; True when a mail is on its way that asks the address whether it wants that.

    `link` has `{}` for the secret. BadInput names the field.
    """
    if level not in LEVELS:
        raise BadInput(_("Choose how much they hear."), "level")
    organisation = session.get_one(Organisation, source.organisation_id)
    if email and (wrong := why_not(organisation, email)):
        raise BadInput(wrong, "email")
    session.scalar(locking(select(Source).where(Source.id == source.id)))
    to = mail_address(email).lower() if email else ""
    asked = bool(to) and to != source.tell_email
    if (to, level) != (source.tell_email, source.tell_level):
        source.tell_confirmed = source.tell_confirmed if to == source.tell_email else None
        source.tell_email, source.tell_level = to, level
        note_act(session, actor=actor, action="set who is told", thing=f"source {source.id}", level=level)
    if asked:
        _ask(session, source, organisation, named, link.format(secret_of(source, named)))
    return asked


def _ask(session: Session, source: Source, organisation: Organisation, named: Named, link: str) -> None:
    with speaking(organisation.language):
        subject = _("Do you want mails about %(name)s?", name=source.name)
        text = _(
            "Somebody who looks after %(name)s of %(organisation)s at %(hub)s wants you to hear of its checks. If you "
            "want that too, say so here:\n\n%(link)s\n\nIf not, do nothing: you get no other mail.",
            name=source.name,
            organisation=organisation.name,
            hub=named.hub,
            link=link,
        )
    queue_mail(
        session,
        # One mail an address and a day, however often it is put in and taken out.
        key=f"told {source.id} {source.tell_email} {now():%Y-%m-%d}"[:200],
        recipient=source.tell_email,
        subject=subject[:300],
        text=text,
        language=organisation.language,
    )


def find_told(session: Session, id: str, secret: str, named: Named, *, lock: bool = False) -> Source:
    """The source whose mails this secret is about. NotFound for another one, and once another address is told."""
    wanted = select(Source).where(Source.id == id)
    source = session.scalar(locking(wanted) if lock else wanted)
    if source is None or not source.tell_email or not _is_secret_of(source, named, secret):
        raise NotFound(_(GONE))
    return source


def _is_secret_of(source: Source, named: Named, told: str) -> bool:
    return hmac.compare_digest(secret_of(source, named).encode(), told.encode())


def answer(session: Session, id: str, secret: str, *, actor: Actor, wanted: bool, named: Named) -> Source:
    """Whoever has the address wants the mails, or no more of them."""
    source = find_told(session, id, secret, named, lock=True)
    if wanted:
        source.tell_confirmed = now()
        source.tell_level = "problems" if source.tell_level == "never" else source.tell_level
    else:
        source.tell_confirmed, source.tell_email, source.tell_level = None, "", "problems"
    note_act(session, actor=actor, action="want mails" if wanted else "want no mails", thing=f"source {source.id}")
    return source
