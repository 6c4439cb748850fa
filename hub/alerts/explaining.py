"""Why somebody did, or did not, get something: answered from what was delivered, and from what they follow now."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.alerts.models import IN_HUB, MAILED, TOLD, URGENT, WAITING, AlertSetting, Delivery, Digest
from hub.alerts.names import Label, Labels
from hub.alerts.searches import BY_QUERY, Means, query_for
from hub.db import now
from hub.errors import NotFound
from hub.languages import gettext as _
from hub.notices.following import FREQUENCIES
from hub.notices.models import Follow
from hub.organisations.models import Organisation
from hub.policy import Actor, audiences
from hub.records.cards import Card, cards
from hub.records.documents import RecordDocuments
from hub.records.models import RecordRow
from hub.words import at

KEPT: Final = timedelta(days=90)
"""How long it is known what was delivered."""


GOT: Final = "got"
WAITS: Final = "waits"
NOT: Final = "not"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer: whether they got it, what happened, and what they follow that it is (or would be) for."""

    card: Card
    state: str
    """GOT, WAITS or NOT."""
    sentences: tuple[str, ...]
    reasons: tuple[Label, ...] = ()


def explain(session: Session, actor: Actor, record_id: str, means: Means) -> Explanation:
    """NotFound for a record that there is not, or that they may not read.

    The matcher is to be one of this process, which keeps no searches on any server.
    """
    circles = audiences(actor)
    found = cards(session, [record_id], means.vocabulary.scheme, circles)
    if not found:
        raise NotFound(_("There is no such document. Paste the address of its page here."))
    (card,) = found
    same = (Delivery.person_id == actor.person_id, Delivery.record_id == record_id)
    row = session.scalar(select(Delivery).where(*same))
    if row is not None:
        wanted = [(one["kind"], one["key"]) for one in row.why]
        labels = Labels(session, wanted, means.vocabulary, circles)
        reasons = tuple(labels.of(one["kind"], one["key"], one.get("name", "")) for one in row.why)
        return Explanation(card, WAITS if row.state in (WAITING, URGENT) else GOT, (_how(session, row),), reasons)
    sentences, reasons = _why_not(session, actor, record_id, means)
    setting = session.get(AlertSetting, actor.person_id)
    paused = [_("Your mails are paused.")] if setting is not None and setting.paused_at else []
    return Explanation(card, NOT, (*sentences, *paused), reasons)


def _how(session: Session, row: Delivery) -> str:
    if row.state == MAILED:
        digest = session.get(Digest, row.digest_id) if row.digest_id else None
        if digest is None:
            return _("It came %(when)s, and a mail told you of it.", when=at(row.at))
        often = _(FREQUENCIES[digest.period])
        made = at(digest.created)
        return _(
            "It came %(when)s; your mail (%(often)s) of %(made)s told you of it.",
            when=at(row.at),
            often=often,
            made=made,
        )
    if row.state == IN_HUB:
        return _(
            "It came %(when)s and stands in My hub. No mail told you of it, as your settings were then.",
            when=at(row.at),
        )
    if row.state == TOLD:
        return _("A notice had told you of it already.")
    return _("It came %(when)s and waits for your next mail.", when=at(row.at))


def _why_not(session: Session, actor: Actor, record_id: str, means: Means) -> tuple[list[str], tuple[Label, ...]]:
    record = session.get_one(RecordRow, record_id)
    if record.matched_at is None:
        return [
            _("It has only just come, and was not compared with what people follow yet. Ask again in a minute.")
        ], ()
    follows = list(
        session.scalars(select(Follow).where(Follow.person_id == actor.person_id, Follow.kind.in_(BY_QUERY)))
    )
    if not follows:
        return [_("You follow no search, no topic and no organisation: so no document is for you.")], ()
    finding = _finding(session, record_id, follows, means)
    if not finding:
        return [_("Nothing that you follow finds it.")], ()
    keys = [(one.kind, one.key) for one in finding]
    labels = Labels(session, keys, means.vocabulary, audiences(actor))
    reasons = tuple(labels.of(one.kind, one.key, one.name) for one in finding)
    if all(one.created > record.matched_at for one in finding):
        came = at(record.first_seen)
        return [
            _("It came %(when)s, before you began to follow what finds it. You hear of what is new.", when=came)
        ], reasons
    if record.first_seen < now() - KEPT:
        return [_("It came more than 90 days ago. What was told then is not known any more.")], reasons
    later = _(
        "What you follow finds it now. When it came it did not, or so much came at once that only the newest were told."
    )
    return [later], reasons


def _finding(session: Session, record_id: str, follows: list[Follow], means: Means) -> list[Follow]:
    """Those of these that find it now."""
    scheme = means.vocabulary.scheme
    slugs = dict(session.execute(select(Organisation.id, Organisation.slug)).all())
    made = {one.id: query_for(one.kind, one.key, queries=means.queries, scheme=scheme, slugs=slugs) for one in follows}
    document = RecordDocuments(means.vocabulary).load(session, [record_id])[record_id]
    if document is None:
        return []
    found = means.matcher.match([document], {id: query for id, query in made.items() if query is not None}).found
    return [one for one in follows if one.id in found]
