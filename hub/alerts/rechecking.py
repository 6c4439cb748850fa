"""A mail that waits, looked at again just before it goes: whoever left, was removed or suspended gets nothing of it.

Nobody gets a letter of somebody who is suspended meanwhile, or from whom they take no more.
A digest that names something which they may not read any more, or that is gone, is thrown away and made anew.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.accounts.models import Person
from hub.accounts.service import actors_for
from hub.alerts.answering import let_answer
from hub.alerts.digests import KEY, digest_for, undo
from hub.alerts.items import still_there
from hub.alerts.models import AlertSetting, Digest
from hub.alerts.reading import still_shown
from hub.alerts.running import Telling
from hub.db import alone, locking
from hub.mail.models import Mail
from hub.people.letters import still_goes
from hub.policy import EVERY, Actor, audiences
from hub.topics.service import Vocabulary


def may_go(telling: Telling, mail: Mail) -> bool:
    """Whether this mail may go as it is; false: it is to be thrown away. What takes its place is queued."""
    if not mail.person_id:
        return True
    with telling.database.reading() as session:
        person, actor = session.get(Person, mail.person_id), actors_for(session, [mail.person_id]).get(mail.person_id)
        if person is None or actor is None:
            return False
        digest = session.scalar(select(Digest).where(Digest.mail_key == mail.key))
        if digest is None:
            return not mail.key.startswith(KEY) and _belongs(actor, mail) and still_goes(session, mail.key)
        if _still(session, digest, person, actor, mail, telling.vocabulary):
            return True
    with telling.database.writing() as session:
        alone(session, "alerts digests")
        row = session.scalar(locking(select(Digest).where(Digest.id == digest.id)))
        if row is not None:
            period, slot = row.period, row.slot
            undo(session, row)
            whom = session.get_one(Person, mail.person_id)
            actor = actors_for(session, [whom.id])[whom.id]
            made = digest_for(
                session, whom, actor, period=period, slot=slot, named=telling.named, vocabulary=telling.vocabulary
            )
            let_answer(session, telling.settings, made)
    return False


def _belongs(actor: Actor, mail: Mail) -> bool:
    circles = audiences(actor)
    return EVERY in circles or set(mail.circles) <= set(circles)


def _still(session: Session, digest: Digest, person: Person, actor: Actor, mail: Mail, vocabulary: Vocabulary) -> bool:
    setting = session.get(AlertSetting, person.id)
    if (person.email or "").lower() != mail.recipient.lower() or (setting is not None and setting.paused_at):
        return False
    return still_there(session, actor, digest.held, vocabulary) and still_shown(session, actor, digest.notices)
