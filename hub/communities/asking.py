"""A question to those who facilitate a community: a mail to each, answered by mail. No address stands on a page."""

from typing import Final

from sqlalchemy.orm import Session

from hub.accounts.models import Person
from hub.audit.service import note_act
from hub.communities.membership import facilitators
from hub.communities.models import Community
from hub.db import is_text, new_id
from hub.errors import BadInput
from hub.languages import gettext as _
from hub.languages import speaking
from hub.mail.service import queue_mail
from hub.policy import Actor

LONGEST: Final = 4_000


def ask_facilitators(session: Session, row: Community, *, actor: Actor, words: str, hub: str, base_url: str) -> int:
    """Send it to all who facilitate it, with the address of whoever asks, so that they can answer. Says to how many.

    BadInput for no words, for too many, and for whoever has shown no address to be theirs.
    """
    person = session.get_one(Person, actor.person_id)
    if not words.strip():
        raise BadInput(_("Write what you would like to know."), "words")
    if len(words) > LONGEST or not is_text(words):
        raise BadInput(_("Say it in at most %(most)s characters.", most=f"{LONGEST:,}"), "words")
    if not person.email or not person.confirmed_at:
        raise BadInput(_("Confirm your mail address first: the answer comes to it."), "words")
    them = [one for one in facilitators(session, row.id) if one.email and one.id != person.id]
    asked = new_id()
    for one in them:
        with speaking(one.language):
            subject = _("[%(hub)s] A question to the facilitators of %(community)s", hub=hub[:60], community=row.name)
            text = _(
                "%(name)s asks those who facilitate %(community)s:\n\n%(words)s\n\nAnswer by a mail to %(email)s.\n\n"
                "%(page)s",
                name=person.name,
                community=row.name,
                words=words.strip(),
                email=person.email,
                page=f"{base_url}/communities/{row.slug}",
            )
        key = f"question {asked} {one.id}"
        whom = {"recipient": one.email or "", "person_id": one.id}
        queue_mail(session, key=key, language=one.language, subject=subject, text=text, circles=[row.id], **whom)
    note_act(session, actor=actor, action="ask facilitators", thing=f"community {row.id}", to=len(them))
    return len(them)
