"""An answer that came in by mail: whose it is, whether they may, and never twice; refused in a sentence."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from harvesters.base import Sandbox
from harvesters.errors import HarvestError, ReadError
from hub.accounts.models import Person
from hub.accounts.sealing import digest
from hub.accounts.service import actors_for
from hub.config import Settings
from hub.db import Database, alone
from hub.errors import BadInput, HubError, NotAllowed, Unavailable
from hub.languages import gettext as _
from hub.languages import speaking
from hub.mail.service import queue_mail
from hub.talk.access import find_thread
from hub.talk.models import MailTaken, ReplyAddress
from hub.talk.replies import find_address, lives
from hub.talk.service import reply

LARGEST: Final = 10_000_000
"""Bytes of a mail: files that come with it are not taken."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a mail: the address of the post, or why there is none. Both are empty for what no person wrote."""

    post_id: str = ""
    refused: str = ""


def take_mail(
    database: Database, sandbox: Sandbox, settings: Settings, data: bytes, recipients: Sequence[str] = ()
) -> Taken:
    """Publish the answer that this mail is. `recipients` are those of its envelope, where they are known.

    BadInput and NotAllowed for what nobody is known to have sent: whoever handed it in says so to its sender. Where
    the sender is known, they are told by a mail of ours, and that is no error.
    """
    letter = _read(sandbox, data)
    if letter["automatic"]:
        return Taken()
    with database.writing() as session:
        address = _address_in(session, settings, [*recipients, *letter["to"]])
        person = session.get_one(Person, address.person_id)
        if letter["from"] != (person.email or "").lower() or not person.confirmed_at:
            raise NotAllowed(_("This mail comes from another address than that of your account. Answer from that one."))
        if not person.active:
            raise NotAllowed(_("Your account is suspended."))
        mark = digest(f"{address.id} {letter['message_id'] or hashlib.sha256(data).hexdigest()}")
        alone(session, f"mail {mark}")
        there = session.get(MailTaken, mark)
        if there is not None:
            return Taken(there.post_id or "")
        with speaking(person.language):
            taken = _answer(session, address, letter["text"])
            if taken.refused:
                _tell(session, settings, address, mark, letter["text"], taken.refused)
        session.add(MailTaken(hashed=mark, post_id=taken.post_id or None))
        return taken


def _read(sandbox: Sandbox, data: bytes) -> dict[str, Any]:
    if len(data) > LARGEST:
        raise BadInput(_("This mail is larger than %(num)s MB.", num=LARGEST // 1_000_000))
    try:
        letter: dict[str, Any] = sandbox.read("letter", data)
    except ReadError as error:
        raise BadInput(_("This mail cannot be read.")) from error
    except HarvestError as error:
        raise Unavailable(_("Mails cannot be read at the moment. Try again.")) from error
    return letter


def _address_in(session: Session, settings: Settings, addresses: Sequence[str]) -> ReplyAddress:
    for one in addresses:
        found = find_address(session, settings, one)
        if found is not None:
            return found
    raise BadInput(_("Nobody answers by this address. Open the discussion on the hub, and answer there."))


def _answer(session: Session, address: ReplyAddress, text: str) -> Taken:
    try:
        if not lives(address):
            raise NotAllowed(_("The address that you answered to is too old, or was ended. Answer on the hub."))
        actor = actors_for(session, [address.person_id])[address.person_id]
        thread, place = find_thread(session, address.thread_id, actor=actor)
        if not text:
            raise BadInput(_("There was no text in your mail above what it answers to."))
        with session.begin_nested():
            return Taken(reply(session, thread, place, text, by_mail=True).id)
    except HubError as error:
        return Taken(refused=str(error))


def _tell(session: Session, settings: Settings, address: ReplyAddress, mark: str, text: str, why: str) -> None:
    """Say so to whoever sent it. Nothing of the thread is named: they may be allowed to read it no more."""
    person = session.get_one(Person, address.person_id)
    parts = (
        _("Hello %(name)s,", name=person.name),
        _("What you sent as an answer by mail was not published. %(why)s", why=why),
        f"{settings.base_url}/discussions/{address.thread_id}",
        _("This is what you wrote:") if text else "",
        text[:5000],
    )
    queue_mail(
        session,
        key=f"answer refused {mark}",
        recipient=str(person.email),
        subject=_("Your answer by mail was not published"),
        text="\n\n".join(part for part in parts if part),
        language=person.language,
        person_id=person.id,
    )
