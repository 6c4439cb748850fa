"""What a person proves themselves with beside the password: an app's codes, passkeys, and recovery codes.

The first that is set up comes with recovery codes and signs every other browser out; the last takes them along.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hub.accounts.app_codes import step_of
from hub.accounts.keys import Keys
from hub.accounts.models import CodeApp, Passkey, Person, RecoveryCode, new_stamp
from hub.accounts.recovery import codes_left, make_codes, use_code
from hub.audit.service import note_act
from hub.db import locking, new_id, now
from hub.errors import Conflict, NotAllowed, NotFound
from hub.languages import gettext as _
from hub.languages import speaking
from hub.mail.service import queue_mail
from hub.policy import OPERATOR, SITE_MODERATOR, Actor
from hub.setup.house import House

STAFF: Final = frozenset({OPERATOR, SITE_MODERATOR})
"""Whom `House.staff_second_factor` means."""

MOST: Final = 20
"""Passkeys of one person."""


@dataclass(frozen=True, slots=True)
class Factors:
    """What somebody has set up, and how many recovery codes are left."""

    app: CodeApp | None
    passkeys: tuple[Passkey, ...]
    codes: int

    @property
    def any(self) -> bool:
        """Whether there is a second factor at all; recovery codes alone are none."""
        return self.app is not None or bool(self.passkeys)


def factors_of(session: Session, person_id: str) -> Factors:
    """What this person has set up."""
    passkeys = session.scalars(select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.created))
    return Factors(session.get(CodeApp, person_id), tuple(passkeys), codes_left(session, person_id))


def second_factor_required(actor: Actor, house: House) -> bool:
    """Whether this hub lets this person do anything with a second factor only."""
    return house.staff_second_factor and bool(actor.person_id) and bool(actor.roles & STAFF)


def switch_on_app(session: Session, *, actor: Actor, secret: str, code: str, keys: Keys, hub: str) -> list[str] | None:
    """Have an app's codes asked for from now on; the new recovery codes if it is the first factor.

    None when the code does not belong to the secret: then nothing was done.
    """
    step = step_of(secret, code)
    if step is None:
        return None
    person = _locked(session, actor.person_id)
    before = factors_of(session, person.id)
    session.execute(delete(CodeApp).where(CodeApp.person_id == person.id))
    session.add(CodeApp(person_id=person.id, sealed=keys.seal(secret), counter=step))
    note_act(session, actor=actor, action="switch on app codes", thing=f"person {person.id}")
    with speaking(person.language):
        what = _("From now on you also give a code of your app when you sign in.")
    _tell(session, person, what, hub)
    return _first(session, person, before, keys)


def switch_off_app(session: Session, *, actor: Actor, house: House) -> None:
    """Ask for an app's codes no more. NotAllowed for the last factor of who must have one."""
    person = _locked(session, actor.person_id)
    before = factors_of(session, person.id)
    if before.app is None:
        raise NotFound(_("No app is set up."))
    _require_another(before, actor, house)
    session.delete(before.app)
    note_act(session, actor=actor, action="switch off app codes", thing=f"person {person.id}")
    with speaking(person.language):
        what = _("No code of your app is asked for any more when you sign in.")
    _gone(session, person, what, house.name)


def add_passkey(session: Session, *, actor: Actor, passkey: Passkey, keys: Keys, hub: str) -> list[str]:
    """One more passkey; the new recovery codes if it is the first factor. Conflict for too many."""
    person = _locked(session, actor.person_id)
    before = factors_of(session, person.id)
    if len(before.passkeys) >= MOST:
        raise Conflict(_("You have enough passkeys. Remove one that you do not use first."))
    passkey.person_id = person.id
    session.add(passkey)
    session.flush()
    note_act(session, actor=actor, action="add passkey", thing=f"person {person.id}", passkey=passkey.id)
    with speaking(person.language):
        what = _("The passkey “%(name)s” was added to your account. It can be used to sign in.", name=passkey.name)
    _tell(session, person, what, hub)
    return _first(session, person, before, keys)


def remove_passkey(session: Session, *, actor: Actor, id: str, house: House) -> str:
    """Take a passkey out; its name. NotAllowed for the last factor of who must have one."""
    person = _locked(session, actor.person_id)
    before = factors_of(session, person.id)
    row = next((one for one in before.passkeys if one.id == id), None)
    if row is None:
        raise NotFound(_("There is no such passkey any more."))
    _require_another(before, actor, house)
    session.delete(row)
    note_act(session, actor=actor, action="remove passkey", thing=f"person {person.id}", passkey=id)
    with speaking(person.language):
        what = _("The passkey “%(name)s” was removed from your account.", name=row.name)
    _gone(session, person, what, house.name)
    return row.name


def renew_codes(session: Session, *, actor: Actor, keys: Keys, hub: str) -> list[str]:
    """New recovery codes instead of the old ones. NotAllowed for who has nothing that they would stand for."""
    person = _locked(session, actor.person_id)
    if not factors_of(session, person.id).any:
        raise NotAllowed(_("Set up an app or a passkey first: recovery codes stand for one."))
    note_act(session, actor=actor, action="make recovery codes", thing=f"person {person.id}")
    with speaking(person.language):
        what = _("You have new recovery codes; the old ones work no more.")
    _tell(session, person, what, hub)
    return make_codes(session, person.id, keys)


def take_code(session: Session, *, actor: Actor, code: str, keys: Keys, hub: str) -> bool:
    """Whether a code of the app, or a recovery code, is right; neither works twice."""
    if _take_app_code(session, actor.person_id, code, keys):
        return True
    if not use_code(session, actor.person_id, code, keys):
        return False
    person = session.get_one(Person, actor.person_id)
    left = codes_left(session, person.id)
    note_act(session, actor=actor, action="use recovery code", thing=f"person {person.id}", left=left)
    with speaking(person.language):
        what = _("Somebody signed in with one of your recovery codes. Unused ones: %(left)s.", left=left)
    _tell(session, person, what, hub)
    return True


def warn_of_guesses(session: Session, *, person_id: str, hub: str) -> None:
    """Tell somebody, once an hour, that who knows their password does not have their second factor."""
    person = session.get_one(Person, person_id)
    with speaking(person.language):
        what = _("Somebody gave your password, and then several wrong codes. They were not let in.")
    _tell(session, person, what, hub, key=f"guesses {person.id} {now():%Y-%m-%d %H}")


def reset_factors(session: Session, *, actor: Actor, person_id: str, hub: str) -> Person:
    """Take away all that somebody has lost: the password, or a link, is enough again. Their sessions end.

    NotAllowed for oneself, NotFound where there is nothing to take away.
    """
    if person_id == actor.person_id:
        raise NotAllowed(_("Change your own at “Your account”."))
    person = _locked(session, person_id)
    if not factors_of(session, person.id).any:
        raise NotFound(_("%(name)s has no second factor.", name=person.name))
    for table in (CodeApp, Passkey, RecoveryCode):
        session.execute(delete(table).where(table.person_id == person.id))
    person.fs_uniquifier = new_stamp()
    note_act(session, actor=actor, action="reset second factor", thing=f"person {person.id}")
    with speaking(person.language):
        what = _("Somebody who runs the hub has reset your second factor. You sign in without one again.")
    _tell(session, person, what, hub)
    return person


def _take_app_code(session: Session, person_id: str, code: str, keys: Keys) -> bool:
    row = session.get(CodeApp, person_id)
    secret = keys.unseal(row.sealed) if row else None
    step = step_of(secret, code, row.counter) if row and secret else None
    if step is None:
        return False
    # Of two who send the same code at once, one has it.
    newer = update(CodeApp).where(CodeApp.person_id == person_id, CodeApp.counter < step).values(counter=step)
    return int(getattr(session.execute(newer), "rowcount", 0)) == 1


def _locked(session: Session, person_id: str) -> Person:
    person = session.scalar(locking(select(Person).where(Person.id == person_id)))
    if person is None:
        raise NotFound(_("There is nobody with this account."))
    return person


def _first(session: Session, person: Person, before: Factors, keys: Keys) -> list[str]:
    if before.any:
        return []
    # Who is signed in elsewhere has shown no second factor.
    person.fs_uniquifier = new_stamp()
    return make_codes(session, person.id, keys)


def _require_another(before: Factors, actor: Actor, house: House) -> None:
    last = len(before.passkeys) + (before.app is not None) == 1
    if last and second_factor_required(actor, house):
        raise NotAllowed(_("You need a second factor for what you do here. Set up another before you remove this one."))


def _gone(session: Session, person: Person, what: str, hub: str) -> None:
    if not factors_of(session, person.id).any:
        session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    _tell(session, person, what, hub)


def _tell(session: Session, person: Person, what: str, hub: str, key: str = "") -> None:
    """By mail, so that nobody does it unnoticed."""
    if not person.email:
        return
    with speaking(person.language):
        subject = _("How you sign in to %(hub)s", hub=hub)
        text = what + "\n\n" + _("If it was not you, choose a new password and tell whoever runs the hub at once.")
    key = key or f"factor {new_id()}"
    queue_mail(session, key=key, recipient=person.email, subject=subject, text=text, language=person.language)
