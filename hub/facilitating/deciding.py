"""Deciding about what waits: in one transaction with its ruling, the notice of whom it concerns, and the log."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.record import clean
from hub.accounts.models import Person
from hub.audit.service import note_act
from hub.communities.membership import answer_request
from hub.communities.models import Community, JoinRequest
from hub.db import alone, now, require_storable
from hub.errors import BadInput, NotFound
from hub.facilitating.kinds import (
    ACCEPT,
    APPEAL,
    BUTTONS,
    CANDIDATE,
    CHANGE,
    CHANGED,
    DECLINE,
    FIRST,
    HIDE,
    PASS,
    POSTS,
    REPORT,
    REQUEST,
    TAG,
    WORDED,
    grounds_of,
)
from hub.facilitating.models import Passed, Ruling
from hub.facilitating.passing import pass_to
from hub.facilitating.telling import tell_asked, tell_declined, tell_refused
from hub.facilitating.undoing import reverse
from hub.facilitating.waiting import Scope, Waits, find, standing
from hub.languages import gettext as _
from hub.library.models import LibraryItem
from hub.library.service import pin, reject
from hub.moderation.reports import Reporter, find_by_secret, report_record
from hub.notices.service import withdraw_notices
from hub.policy import Actor
from hub.records.models import RecordRow, Tag
from hub.records.service import touch
from hub.sources.notices import Named
from hub.talk.access import Place
from hub.talk.models import Post, PostReport, Thread
from hub.talk.reports import answer_report, check_first, hide, show_again
from hub.talk.telling import path_of

LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody decides: an act, its ground, their words, and to whom it is passed on (empty: site moderators)."""

    what: str
    ground: str = ""
    words: str = ""
    to: str = ""


def decide(session: Session, scope: Scope, key: str, said: Said, *, named: Named, language: str) -> Ruling:
    """Do it. BadInput for what is missing, NotFound for what waits no more or is not theirs to decide."""
    alone(session, f"queue {key}")
    waits = find(session, scope, key)
    if waits is None:
        raise NotFound(_("This does not wait for you any more: somebody has decided it meanwhile."))
    words = _checked(waits, said)
    community = session.get_one(Community, waits.community_id)
    case = Case(session, waits, community, standing(scope, community), said, words, named, language)
    if said.what == PASS:
        ruling = case.ruling(waits.kind, waits.item, **_about(case))
        pass_to(session, waits, community, said.to, words, title=ruling.title, by=scope.actor)
    else:
        ruling = _HANDLERS[waits.kind](case)
        if said.what != HIDE:
            _forget_passed(session, waits)
    note_act(
        session,
        actor=scope.actor,
        action=f"{said.what} in the queue",
        thing=f"{waits.kind} {waits.item}",
        community=community.id,
        ruling=ruling.id,
        ground=ruling.ground,
    )
    return ruling


def _checked(waits: Waits, said: Said) -> str:
    """The words, where they can be used."""
    if said.what not in BUTTONS[waits.kind]:
        raise BadInput(_("Choose what to do."), "act")
    words = clean(said.words).strip()
    grounds = grounds_of(waits.kind) if said.what == DECLINE else {}
    if grounds and said.ground not in grounds:
        raise BadInput(_("Choose the reason on which it stands."), "ground")
    if said.what in WORDED[waits.kind] and not words:
        raise BadInput(_("Say why, in a sentence: whoever it concerns reads it."), "words")
    if len(words) > LONGEST:
        raise BadInput(_("Say it in at most %(num)s characters.", num=f"{LONGEST:,}"), "words")
    require_storable(Ruling, {"facts": words})
    return words


@dataclass(frozen=True, slots=True)
class Case:
    """One thing of the queue while it is decided. `actor` has the rights of a facilitator there."""

    session: Session
    waits: Waits
    community: Community
    actor: Actor
    said: Said
    words: str
    named: Named
    language: str

    @property
    def place(self) -> Place:
        """Where whoever decides stands."""
        return Place(self.community, self.actor)

    def ruling(self, thing: str, thing_id: str, **given: Any) -> Ruling:
        """Write down what is decided; the rest of what it does comes after it."""
        given = {"title": "", **given}
        row = Ruling(
            community_id=self.community.id,
            kind=self.waits.kind,
            item=self.waits.item,
            what=self.said.what,
            thing=thing,
            thing_id=thing_id,
            ground=self.said.ground if self.said.what == DECLINE else "",
            facts=self.words,
            by_id=self.actor.person_id or None,
            **{**given, "title": given["title"][:300]},
        )
        self.session.add(row)
        self.session.flush()
        return row


def _post_of(case: Case) -> tuple[Post, Thread]:
    session, kind, item = case.session, case.waits.kind, case.waits.item
    id = item
    if kind == REPORT:
        id = session.get_one(PostReport, item).post_id
    elif kind == CHANGED:
        id = session.get_one(Ruling, item).thing_id
    post = session.get_one(Post, id)
    return post, session.get_one(Thread, post.thread_id)


def _about(case: Case) -> dict[str, str]:
    """Title and address of what waits, for a ruling that changes nothing of it. Names of people are no title."""
    session, kind, item = case.session, case.waits.kind, case.waits.item
    if kind in POSTS:
        post, thread = _post_of(case)
        return {"title": thread.title, "path": path_of(thread, post)}
    if kind == CANDIDATE:
        record = session.get_one(RecordRow, session.get_one(LibraryItem, item).record_id)
        return {"title": record.title, "path": f"/records/{record.id}"}
    if kind == APPEAL:
        return {"title": session.get_one(Ruling, item).title, "path": f"/moderation/decisions/{item}"}
    return {"title": case.community.name, "path": f"/communities/{case.community.slug}/requests"}


def _decide_post(case: Case) -> Ruling:
    """A report, a first post, or one that was changed as asked."""
    session, place, what = case.session, case.place, case.said.what
    post, thread = _post_of(case)
    reports = _reports_of(session, post) if what != HIDE else []
    was_first = post.first and post.checked_at is None
    kept = {"reports": [one.id for one in reports], "hidden": post.hidden_at is not None, "first": was_first}
    given = {"title": thread.title, "path": path_of(thread, post), "person_id": post.author_id, "kept": kept}
    ruling = case.ruling("post", post.id, **given)
    outcome = {ACCEPT: "stays", CHANGE: "asked", DECLINE: "hidden"}.get(what, "")
    for report in reports:
        answer_report(session, report, place, outcome=outcome, answer="" if what != ACCEPT else case.words)
    if what in (ACCEPT, CHANGE) and post.hidden_at is not None:
        show_again(session, post, thread, place)
    if was_first and what in (ACCEPT, CHANGE):
        check_first(session, post, place)
    if what in (DECLINE, HIDE):
        words = case.words or _("Hidden until somebody has looked at a report of it.")
        hide(session, post, thread, place, why=words)
        post.hidden_why = words
        withdraw_notices(session, "post", [post.id])
        tell_declined(session, ruling, by=case.actor)
    if what == CHANGE:
        tell_asked(session, ruling, by=case.actor)
    if case.waits.kind == CHANGED:
        session.get_one(Ruling, case.waits.item).settled_at = now()
    return ruling


def _reports_of(session: Session, post: Post) -> list[PostReport]:
    waiting = select(PostReport).where(PostReport.post_id == post.id, PostReport.answered_at.is_(None))
    return list(session.scalars(waiting.order_by(PostReport.created)))


def _decide_request(case: Case) -> Ruling:
    """Somebody who asks to join."""
    session = case.session
    request = session.get_one(JoinRequest, case.waits.item)
    person = session.get_one(Person, request.person_id)
    kept = {"words": request.words, "since": request.created.isoformat()}
    given = {"title": case.community.name, "path": f"/communities/{case.community.slug}"}
    ruling = case.ruling("request", request.id, person_id=person.id, kept=kept, **given)
    if case.said.what == CHANGE:
        tell_asked(session, ruling, by=case.actor)
        return ruling
    yes = case.said.what == ACCEPT
    answer_request(session, case.community, id=request.id, yes=yes, actor=case.actor)
    if not yes:
        withdraw_notices(session, "answer", [request.id])
        tell_refused(session, ruling, by=case.actor)
    return ruling


def _decide_candidate(case: Case) -> Ruling:
    """A document that may come into the library."""
    session, what = case.session, case.said.what
    item = session.get_one(LibraryItem, case.waits.item)
    record = session.get_one(RecordRow, item.record_id)
    given = {"title": record.title, "path": f"/records/{record.id}", "version": record.version}
    # The change is told to the publisher, who answers reports of what it publishes.
    thing, id = ("library", item.id) if what == CHANGE else ("record", record.id)
    ruling = case.ruling(thing, id, **given)
    if what == ACCEPT:
        pin(session, case.community, record.id, actor=case.actor, note=case.words[:1000])
    elif what == DECLINE:
        reject(session, case.community, record.id, actor=case.actor)
    else:
        me = session.get(Person, case.actor.person_id)
        reporter = Reporter(case.actor.person_id, case.actor.name, me.email or "" if me and me.confirmed_at else "")
        secret = report_record(
            session,
            record,
            reason="other",
            text=case.words,
            reporter=reporter,
            language=case.language,
            named=case.named,
        )
        ruling.kept = {"report": find_by_secret(session, secret).id}
    return ruling


def _decide_tag(case: Case) -> Ruling:
    """A topic that was suggested for a document of the library."""
    session = case.session
    tag = session.get_one(Tag, int(case.waits.item))
    record = session.get_one(RecordRow, tag.record_id)
    given = {"title": record.title, "path": f"/records/{record.id}", "kept": {"topic": tag.concept_uri}}
    ruling = case.ruling("record", record.id, **given)
    tag.state = "confirmed" if case.said.what == ACCEPT else "rejected"
    touch(session, [record])
    return ruling


def _decide_appeal(case: Case) -> Ruling:
    """An appeal against a ruling: it is reversed, or stands."""
    session = case.session
    old = session.get_one(Ruling, case.waits.item)
    right = case.said.what == ACCEPT
    given = {"title": old.title, "path": f"/moderation/decisions/{old.id}", "person_id": old.person_id}
    ruling = case.ruling(old.thing, old.thing_id, **given)
    old.answered_at, old.reversed, old.answer, old.answered_by = now(), right, case.words, case.actor.person_id or None
    if right:
        reverse(session, old, actor=case.actor)
    withdraw_notices(session, "decision", [old.id])
    tell_declined(session, old, by=case.actor)
    return ruling


def _forget_passed(session: Session, waits: Waits) -> None:
    if waits.passed is not None:
        row = session.get(Passed, waits.passed.id)
        if row is not None:
            session.delete(row)


_HANDLERS = {
    REPORT: _decide_post,
    CHANGED: _decide_post,
    FIRST: _decide_post,
    REQUEST: _decide_request,
    CANDIDATE: _decide_candidate,
    TAG: _decide_tag,
    APPEAL: _decide_appeal,
}
