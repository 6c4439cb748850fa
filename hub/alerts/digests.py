"""One mail of what somebody follows: made in their language, never empty, and only of what they may read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from federation.record import clean, clean_line
from hub.accounts.models import Person
from hub.accounts.service import actors_for
from hub.alerts.collecting import Collected, collect
from hub.alerts.items import Item, said
from hub.alerts.models import IN_HUB, MAILED, URGENT, WAITING, AlertSetting, Delivery, Digest
from hub.alerts.unsubscribing import FOLLOW, GROUP, make_token
from hub.db import new_id, now
from hub.errors import BadInput
from hub.languages import N_, ngettext, speaking
from hub.languages import gettext as _
from hub.mail.service import queue_mail
from hub.notices.following import DAILY, IMMEDIATELY, WEEKLY
from hub.notices.kinds import KINDS
from hub.notices.models import Notice
from hub.policy import Actor
from hub.sources.notices import Named
from hub.topics.service import Vocabulary

KEY: Final = "digest "
"""How the key of a mail begins that was made of a digest."""

WHICH: Final[dict[str, str]] = {
    IMMEDIATELY: N_("You get this mail at once, as you have settled it."),
    DAILY: N_("You get this mail once a day, when there is something new, as you have settled it."),
    WEEKLY: N_("You get this mail once a week, when there is something new, as you have settled it."),
}
"""What stands at the foot of a mail, by its period."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a digest says."""

    subject: str
    text: str


def digest_for(
    session: Session, person: Person, actor: Actor, *, period: str, slot: str, named: Named, vocabulary: Vocabulary
) -> Digest | None:
    """Make the digest of a period and queue its mail; None where there is nothing to tell, or nobody to tell it to."""
    done = select(Digest.id).where(Digest.person_id == person.id, Digest.period == period, Digest.slot == slot)
    if session.scalar(done) is not None:
        return None
    with speaking(person.language):
        found = collect(session, actor, period=period, vocabulary=vocabulary, moment=now())
    setting = session.get(AlertSetting, person.id)
    unheard = not person.email or person.confirmed_at is None or (setting is not None and setting.paused_at is not None)
    _settle(session, found.idle, IN_HUB)
    _settle(session, found.later, WAITING)
    if unheard:
        _settle(session, found.taken, IN_HUB)
        _settled(session, found)
        return None
    return _queued(session, person, found, period=period, slot=slot, named=named) if found.total else None


def _queued(
    session: Session, person: Person, found: Collected, *, period: str, slot: str, named: Named
) -> Digest | None:
    row = Digest(id=new_id(), person_id=person.id, period=period, slot=slot)
    row.mail_key = f"{KEY}{row.id}"
    row.held = [[item.thing, item.key] for item in found.items]
    row.held += [[thing, key] for item in found.items for _id, thing, key in item.also]
    row.notices = [one.id for one in found.notices]
    session.add(row)
    session.flush()
    purpose, key = _purpose(found, period)
    token = make_token(session, person_id=person.id, purpose=purpose, key=key)
    address = f"{named.base_url}/unsubscribe/{token}"
    with speaking(person.language):
        letter = letter_of(found, period=period, named=named, stop=address)
    try:
        queue_mail(
            session,
            key=row.mail_key,
            recipient=person.email or "",
            subject=letter.subject,
            text=letter.text,
            language=person.language,
            unsubscribe=address,
            person_id=person.id,
        )
    except BadInput:
        # An address that no relay takes: nobody is to wait for it.
        session.delete(row)
        _settle(session, found.taken, IN_HUB)
        _settled(session, found)
        return None
    _settle(session, found.taken, MAILED, row.id)
    _settled(session, found)
    return row


def _purpose(found: Collected, period: str) -> tuple[str, str]:
    """What one click on this mail ends: what it came for, if that is one thing, else all mails of the period."""
    groups = {KINDS[one.what].group for one in found.notices if one.what in KINDS}
    if period == IMMEDIATELY and len(found.asking) == 1 and not found.notices:
        return FOLLOW, next(iter(found.asking))
    if period == IMMEDIATELY and len(groups) == 1 and not found.items:
        return GROUP, next(iter(groups))
    return period, ""


def letter_of(found: Collected, *, period: str, named: Named, stop: str) -> Letter:
    """Subject and text, in the language we speak."""
    parts = [_notices(found, named)] if found.notices else []
    for section in found.sections:
        entries = [_entry(item, named) for item in section.items]
        more = [ngettext("… and %(num)s more", "… and %(num)s more", section.more)] if section.more else []
        parts.append("\n\n".join([section.title.upper(), *entries, *more]))
    if found.more:
        more_of_all = ngettext("%(num)s more stands in My hub:", "%(num)s more stand in My hub:", found.more)
        parts.append(f"{more_of_all}\n{named.base_url}/my")
    foot = [_(WHICH[period]), _("Change what you follow, or how often:"), f"{named.base_url}/my/alerts"]
    foot += [_("Stop these mails with one click, without signing in:"), stop]
    text = "\n\n".join([*parts, "--\n" + "\n".join(foot)])
    return Letter(clean_line(f"[{named.hub[:80]}] {_subject(found, period)}")[:200], clean(f"{text}\n"))


def _subject(found: Collected, period: str) -> str:
    if period == IMMEDIATELY and found.total == 1:
        return found.notices[0].says if found.notices else found.items[0].title
    if period == DAILY:
        return ngettext("Your day: %(num)s new thing", "Your day: %(num)s new things", found.total)
    if period == WEEKLY:
        return ngettext("Your week: %(num)s new thing", "Your week: %(num)s new things", found.total)
    return ngettext("%(num)s new thing for you", "%(num)s new things for you", found.total)


def _notices(found: Collected, named: Named) -> str:
    lines = [f"* {one.says}\n  {named.base_url}{one.path}" for one in found.notices]
    return "\n\n".join([_("For you").upper(), *lines])


def _entry(item: Item, named: Named) -> str:
    lines = [f"* {item.title}", item.about, item.summary, f"{named.base_url}{item.path}", said(item.why)]
    return "\n  ".join(line for line in lines if line)


def _settle(session: Session, ids: tuple[int, ...], state: str, digest_id: str | None = None) -> None:
    for start in range(0, len(ids), 500):
        rows = update(Delivery).where(Delivery.id.in_(ids[start : start + 500]))
        session.execute(rows.values(state=state, digest_id=digest_id))


def _settled(session: Session, found: Collected) -> None:
    if found.notices:
        rows = update(Notice).where(Notice.id.in_([one.id for one in found.notices]))
        session.execute(rows.values(settled_at=now()))


def undo(session: Session, row: Digest) -> None:
    """As if it had not been made: what it held waits again."""
    state = URGENT if row.period == IMMEDIATELY else WAITING
    session.execute(update(Delivery).where(Delivery.digest_id == row.id).values(state=state, digest_id=None))
    if row.notices:
        session.execute(update(Notice).where(Notice.id.in_(row.notices)).values(settled_at=None))
    session.delete(row)
    session.flush()


def preview(
    session: Session, actor: Actor, *, period: str, named: Named, vocabulary: Vocabulary, moment: datetime
) -> Letter | None:
    """What the next mail of this period would say now, in the language we speak; None when none would be sent."""
    found = collect(session, actor, period=period, vocabulary=vocabulary, moment=moment)
    if not found.total:
        return None
    return letter_of(found, period=period, named=named, stop=f"{named.base_url}/unsubscribe/…")


def reachable(session: Session, person_id: str) -> tuple[Person, Actor] | None:
    """Somebody with an account that is in use, and all their rights."""
    actor = actors_for(session, [person_id]).get(person_id)
    person = session.get(Person, person_id)
    return (person, actor) if actor is not None and person is not None else None
