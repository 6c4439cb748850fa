"""What waits, as the queue shows it: what it is, why it is here, and what stands around it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.accounts.models import Person
from hub.communities.models import Community, JoinRequest
from hub.db import now
from hub.facilitating.kinds import (
    APPEAL,
    AWAITED,
    BUTTONS,
    CANDIDATE,
    CHANGED,
    FIRST,
    ONE_OF,
    REPORT,
    REQUEST,
    TAG,
    TARGET,
    WORDED,
)
from hub.facilitating.models import Ruling
from hub.facilitating.waiting import Waits
from hub.languages import gettext as _
from hub.languages import language
from hub.library.candidates import names_of_searches, why_said
from hub.library.models import LibraryItem
from hub.markdown import extract_of
from hub.organisations.models import Organisation
from hub.records.models import RecordRow, Tag
from hub.talk.lists import NOBODY, Author, authors_of
from hub.talk.models import Post, PostReport, Thread
from hub.talk.reports import REASONS
from hub.talk.telling import path_of
from vocab.scheme import Scheme


@dataclass(frozen=True, slots=True)
class Item:
    """Something of the queue. `why` are sentences, `said` is how it begins, `concept` the URI of a doubtful topic."""

    waits: Waits
    community: Community
    title: str
    path: str
    why: tuple[str, ...]
    said: str = ""
    language: str = ""
    author: Author = NOBODY
    asker: str = ""
    """Whoever reported or asked, for those who decide."""
    concept: str = ""
    post: Post | None = field(default=None, repr=False)
    ruling: Ruling | None = field(default=None, repr=False)
    passed_by: str = ""

    @property
    def kind(self) -> str:
        """hub.facilitating.kinds.KINDS."""
        return self.waits.kind

    @property
    def key(self) -> str:
        """Its name in forms and addresses."""
        return self.waits.key

    @property
    def due(self) -> datetime | None:
        """By when it should be decided; None for what nobody waits for."""
        return self.waits.since + TARGET if self.kind in AWAITED else None

    @property
    def late(self) -> bool:
        """Whether it should have been by now."""
        return self.due is not None and self.due < now()

    @property
    def kind_name(self) -> str:
        """What people read for what it is."""
        return _(ONE_OF[self.kind])

    @property
    def hidden(self) -> bool:
        """Whether the post is hidden until this is settled."""
        return self.post is not None and self.post.hidden_at is not None

    @property
    def buttons(self) -> list[tuple[str, str, bool]]:
        """(act, its words, whether it needs reasons)."""
        shown = [one for one in BUTTONS[self.kind].items() if not (one[0] == "hide" and self.hidden)]
        return [(act, _(words), act in WORDED[self.kind] or act == "pass") for act, words in shown]


def items(session: Session, rows: Sequence[Waits], scheme: Scheme) -> list[Item]:
    """These, in their order; a few statements for each kind among them."""
    ids = {row.community_id for row in rows}
    places = {one.id: one for one in session.scalars(select(Community).where(Community.id.in_(ids)))}
    by = {row.passed.by_id for row in rows if row.passed and row.passed.by_id}
    names = dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(by))).all()) if by else {}
    made: dict[str, Item] = {}
    for kind, make in _MAKERS.items():
        some = [row for row in rows if row.kind == kind]
        for row, given in make(session, some, scheme) if some else ():
            passed_by = names.get(row.passed.by_id or "", "") if row.passed else ""
            made[row.key] = Item(row, places[row.community_id], passed_by=passed_by, **given)
    return [made[row.key] for row in rows if row.key in made]


Given = list[tuple[Waits, dict[str, Any]]]


def _reports(session: Session, rows: Sequence[Waits], _scheme: Scheme) -> Given:
    asked = select(PostReport, Post, Thread).join(Post, Post.id == PostReport.post_id)
    asked = asked.join(Thread, Thread.id == Post.thread_id).where(PostReport.id.in_([one.item for one in rows]))
    found = {report.id: (report, post, thread) for report, post, thread in session.execute(asked)}
    authors = authors_of(session, [one for r, p, _t in found.values() for one in (r.person_id, p.author_id)])
    made: Given = []
    for row in rows:
        if row.item not in found:
            continue
        report, post, thread = found[row.item]
        why = [_("It was reported: %(reason)s", reason=_(REASONS.get(report.reason, report.reason)))]
        why += [_("In their words: “%(words)s”", words=report.text)] if report.text else []
        asker = authors.get(report.person_id or "", NOBODY).name
        made.append((row, _of_post(post, thread, authors) | {"why": tuple(why), "asker": asker}))
    return made


def _first_posts(session: Session, rows: Sequence[Waits], _scheme: Scheme) -> Given:
    asked = select(Post, Thread).join(Thread, Thread.id == Post.thread_id)
    found = {
        post.id: (post, thread) for post, thread in session.execute(asked.where(Post.id.in_([r.item for r in rows])))
    }
    authors = authors_of(session, [post.author_id for post, _thread in found.values()])
    why = (_("It is the first that this person has written in this community. Everybody reads it meanwhile."),)
    return [(r, _of_post(*found[r.item], authors) | {"why": why}) for r in rows if r.item in found]


def _changed(session: Session, rows: Sequence[Waits], _scheme: Scheme) -> Given:
    asked = select(Ruling, Post, Thread).join(Post, Post.id == Ruling.thing_id)
    asked = asked.join(Thread, Thread.id == Post.thread_id).where(Ruling.id.in_([one.item for one in rows]))
    found = {ruling.id: (ruling, post, thread) for ruling, post, thread in session.execute(asked)}
    authors = authors_of(session, [post.author_id for _r, post, _t in found.values()])
    made: Given = []
    for row in rows:
        if row.item in found:
            ruling, post, thread = found[row.item]
            why = (_("Its author changed it after being asked: “%(words)s”", words=ruling.facts),)
            made.append((row, _of_post(post, thread, authors) | {"why": why, "ruling": ruling}))
    return made


def _of_post(post: Post, thread: Thread, authors: dict[str, Author]) -> dict[str, Any]:
    return {
        "title": thread.title or _("A discussion whose first words were taken away"),
        "path": path_of(thread, post),
        "said": extract_of(post.text, 600),
        "language": thread.language,
        "author": authors.get(post.author_id or "", NOBODY),
        "post": post,
    }


def _appeals(session: Session, rows: Sequence[Waits], _scheme: Scheme) -> Given:
    found = {one.id: one for one in session.scalars(select(Ruling).where(Ruling.id.in_([row.item for row in rows])))}
    authors = authors_of(session, [one.person_id for one in found.values()])
    made: Given = []
    for row in rows:
        if row.item in found:
            one = found[row.item]
            why = (
                _("Whoever it concerns does not agree with a decision: “%(words)s”", words=one.appeal),
                _("The decision was: “%(words)s”", words=one.facts),
            )
            author = authors.get(one.person_id or "", NOBODY)
            given = {"title": one.title, "path": f"/moderation/decisions/{one.id}", "author": author, "ruling": one}
            made.append((row, given | {"why": why}))
    return made


def _requests(session: Session, rows: Sequence[Waits], _scheme: Scheme) -> Given:
    asked = select(JoinRequest).where(JoinRequest.id.in_([one.item for one in rows]))
    found = {one.id: one for one in session.scalars(asked)}
    authors = authors_of(session, [one.person_id for one in found.values()])
    slugs = dict(
        session.execute(
            select(Community.id, Community.slug).where(Community.id.in_([r.community_id for r in rows]))
        ).all()
    )
    why = (_("Facilitators let people into this community."),)
    made: Given = []
    for row in rows:
        if row.item in found:
            one = found[row.item]
            author = authors.get(one.person_id, NOBODY)
            path = f"/communities/{slugs[row.community_id]}/requests"
            made.append((row, {"title": author.name, "path": path, "said": one.words, "author": author, "why": why}))
    return made


def _candidates(session: Session, rows: Sequence[Waits], scheme: Scheme) -> Given:
    asked = select(LibraryItem, RecordRow, Organisation).join(RecordRow, RecordRow.id == LibraryItem.record_id)
    asked = asked.join(Organisation, Organisation.id == RecordRow.organisation_id)
    found = {one[0].id: one for one in session.execute(asked.where(LibraryItem.id.in_([row.item for row in rows])))}
    names = names_of_searches(session, [item for item, _record, _organisation in found.values()])
    made: Given = []
    for row in rows:
        if row.item in found:
            item, record, organisation = found[row.item]
            why = tuple(filter(None, (why_said(one, scheme, names) for one in item.why)))
            made.append((row, _of_record(record, organisation) | {"why": why}))
    return made


def _of_record(record: RecordRow, organisation: Organisation) -> dict[str, Any]:
    return {
        "title": record.title,
        "path": f"/records/{record.id}",
        "said": record.summary[:400],
        "language": record.language,
        "author": Author("", organisation.name, "", organisation.slug, organisation.sector),
    }


def _tags(session: Session, rows: Sequence[Waits], scheme: Scheme) -> Given:
    asked = select(Tag, RecordRow, Organisation).join(RecordRow, RecordRow.id == Tag.record_id)
    asked = asked.join(Organisation, Organisation.id == RecordRow.organisation_id)
    found = {str(one[0].id): one for one in session.execute(asked.where(Tag.id.in_([int(row.item) for row in rows])))}
    made: Given = []
    for row in rows:
        if row.item in found:
            tag, record, organisation = found[row.item]
            concept = scheme.concepts.get(tag.concept_uri)
            words = concept.pref(language()) if concept else tag.concept_uri
            labels = ", ".join(
                dict.fromkeys(f"“{one.get('label', '')}”" for one in tag.reasons[:3] if one.get("label"))
            )
            why = _("Found by the words %(labels)s alone", labels=labels) if labels else _("Few words speak for it")
            made.append((row, _of_record(record, organisation) | {"why": (why,), "concept": words}))
    return made


_MAKERS = {
    REPORT: _reports,
    APPEAL: _appeals,
    CHANGED: _changed,
    FIRST: _first_posts,
    REQUEST: _requests,
    CANDIDATE: _candidates,
    TAG: _tags,
}
