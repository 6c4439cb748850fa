"""Closing an account: what hangs on it is handed on, one last mail is written, and every slice forgets the person."""

from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.accounts.duties import release
from hub.accounts.models import Person
from hub.audit.service import note_act
from hub.db import alone, locking, new_id
from hub.errors import BadInput, Conflict, NotFound
from hub.governance.holdings import Whom, forgotten, whom
from hub.governance.models import Erasure
from hub.languages import N_, speaking
from hub.languages import gettext as _
from hub.mail.personal import LAST, forget_address
from hub.mail.service import queue_mail
from hub.policy import OPERATOR, Actor

KEEP: Final = "anonymise"
REMOVE: Final = "remove"
HOWS: Final = (KEEP, REMOVE)
"""What becomes of what somebody wrote: it stays without their name, or goes too."""

PERSON: Final = "person"
"""The kind of an Erasure that is a person's."""

REASONS: Final[dict[str, str]] = {
    "asked": N_("They asked for it"),
    "left": N_("They have left their organisation"),
    "mistake": N_("The account was made by mistake, or twice"),
    "unreachable": N_("Nobody can be reached at the address"),
    "misuse": N_("The account was misused"),
}
"""Why an operator closes somebody else's account: a choice, as free words would stay in the log for good."""


def close_account(session: Session, *, actor: Actor, person_id: str, how: str, hub: str, reason: str = "") -> Whom:
    """Close it for good; whom it was. A last mail confirms it.

    BadInput for no such way or reason, NotFound for nobody, Conflict for the last operator.
    """
    if how not in HOWS:
        raise BadInput(_("Choose what becomes of what you wrote."), "how")
    if actor.person_id != person_id and reason not in REASONS:
        raise BadInput(_("Choose why the account is closed."), "reason")
    alone(session, "operator")
    person = session.scalar(locking(select(Person).where(Person.id == person_id)))
    if person is None:
        raise NotFound(_("There is nobody with this account."))
    require_another_operator(session, person)
    who = whom(session, person_id)
    release(session, person_id)
    if who.email:
        forget_address(session, who.email)
        _confirm(session, who, how, hub, own=actor.person_id == person_id)
    why = {"reason": reason} if actor.person_id != person_id else {}
    note_act(session, actor=actor, action="close account", thing=f"person {person_id}", how=how, **why)
    _forget(session, who, how)
    return who


def require_another_operator(session: Session, person: Person) -> None:
    """Conflict when nobody would be left who runs the hub."""
    if person.role != OPERATOR:
        return
    others = select(func.count()).where(Person.role == OPERATOR, Person.active.is_(True), Person.id != person.id)
    if not session.scalar(others):
        raise Conflict(_("This is the last operator's account. Make somebody else an operator first."))


def forget_again(session: Session, *, actor: Actor, person_id: str, how: str) -> bool:
    """What a restored backup has brought back of a person who was erased goes again. Whether there was something."""
    there = session.get(Person, person_id) is not None
    if there:
        who = whom(session, person_id)
        release(session, person_id)
        note_act(session, actor=actor, action="erase again", thing=f"person {person_id}", how=how)
        _forget(session, who, how)
    else:
        _note(session, person_id, how)
    return there


def forget_unconfirmed(session: Session, person_id: str) -> None:
    """An account whose address nobody has confirmed goes without a word to that address."""
    forgotten(session, whom(session, person_id))


def _forget(session: Session, who: Whom, how: str) -> None:
    forgotten(session, who, remove=how == REMOVE)
    _note(session, who.person_id, how)


def _note(session: Session, person_id: str, how: str) -> None:
    known = select(Erasure.id).where(Erasure.kind == PERSON, Erasure.key == person_id)
    if session.scalar(known) is None:
        session.add(Erasure(kind=PERSON, key=person_id, how=how))
        session.flush()


def _confirm(session: Session, who: Whom, how: str, hub: str, *, own: bool) -> None:
    with speaking(who.language):
        subject = _("Your account at %(hub)s is closed", hub=hub)
        lines = [
            _("Hello %(name)s,", name=who.name),
            _("as you wanted, your account at %(hub)s is closed.", hub=hub)
            if own
            else _("your account at %(hub)s was closed by those who run the hub.", hub=hub),
            _(
                "Your name, your address, your password, your sign-ins, your memberships and the mails to you are "
                "deleted. The log of the hub says what was done, and no longer by whom."
            ),
            _("What you wrote was deleted too.")
            if how == REMOVE
            else _("What you wrote, if anything, stays without your name."),
            _(
                "Backups of the hub may hold your data until they are overwritten; when one is restored, you are "
                "erased again before anybody can use it."
            ),
            _("This is the last mail to you. It is deleted here as soon as it is sent."),
        ]
        text = "\n\n".join(lines)
    key = f"{LAST}{new_id()}"
    queue_mail(session, key=key, recipient=who.email, subject=subject, text=text, language=who.language)
