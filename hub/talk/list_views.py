"""The discussions of a community: the list, its feed, and beginning one, which first shows what there is already."""

from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from hub.communities.frame import Frame, framed, framed_to_write
from hub.errors import BadInput, NotFound
from hub.languages import gettext as _
from hub.languages import language
from hub.policy import ANONYMOUS
from hub.sources.forms import topic_choices
from hub.talk.access import Place, opening_of, require_facilitator
from hub.talk.files import LARGEST, MOST, attach, kinds
from hub.talk.forms import Typed, draft_in, typed_in
from hub.talk.kinds import ANNOUNCEMENT, KINDS
from hub.talk.lists import ORDERS, STATES, threads
from hub.talk.sending import receive_uploads, sent_files
from hub.talk.service import check_draft, open_thread
from hub.talk.similar import similar
from hub.talk.telling import members_told, path_of
from hub.web import FeedEntry, actor, address_with, atom, database, page_asked, paging, part, policy

LIST: Final = 20
FEED: Final = 30

blueprint = Blueprint("discussions", __name__)
blueprint.url_value_preprocessor(receive_uploads)


@blueprint.get("/communities/<slug>/discussions")
@policy("read")
def listing(slug: str) -> Any:
    """Its threads; questions without an answer come first."""
    chosen = {"kind": _one_of("kind", KINDS), "state": _one_of("state", STATES), "order": _order()}
    with database().reading() as session:
        frame = framed(session, slug, actor=actor(), talk=True)
        place = Place(frame.community, actor())
        lines, total = threads(session, place, **chosen, offset=(page_asked() - 1) * LIST, limit=LIST)
        where = paging(total, LIST)
        if where is None:
            return redirect(address_with(page=None))
        return render_template(
            "talk/list.html",
            frame=frame,
            place=place,
            lines=lines,
            paging=where,
            kinds=KINDS,
            states={name: words for name, words in STATES.items() if name != "hidden" or place.facilitates},
            orders=ORDERS,
            **chosen,
        )


@blueprint.get("/communities/<slug>/discussions.atom")
@policy("read")
def feed(slug: str) -> Response:
    """The newest of an open community: a reader of feeds has no account."""
    with database().reading() as session:
        frame = framed(session, slug, actor=actor(), talk=True)
        place = Place(frame.community, ANONYMOUS)
        if not place.reads:
            raise NotFound(_("There is no such page in this community."))
        lines, _total = threads(session, place, order="newest", limit=FEED)
    entries = [
        FeedEntry(
            title=one.thread.title or _("Removed by its author"),
            address=url_for("thread.thread", id=one.thread.id, _external=True),
            updated=one.thread.last_activity,
            summary=one.extract,
            author=one.author.name or _("A former member"),
            language=one.thread.language,
        )
        for one in lines
    ]
    return atom(_("Discussions of %(name)s", name=frame.community.name), entries)


@blueprint.get("/communities/<slug>/discussions/new")
@policy("talk")
def begin(slug: str) -> Any:
    """What do you want to begin? Then its form."""
    with database().reading() as session:
        frame, place = _writing(session, slug)
        if request.args.get("kind") not in KINDS:
            return render_template("talk/begin.html", frame=frame, place=place, kinds=_offered(place))
        return _form(frame, place, typed_in(request.args))


@blueprint.post("/communities/<slug>/discussions/new")
@policy("talk")
def send(slug: str) -> Any:
    """Look at it once more, beside what is like it; then it is published."""
    typed = typed_in(request.form)
    with database().reading() as session:
        frame, place = _writing(session, slug)
        if request.form.get("step") == "change":
            return _form(frame, place, typed)
        try:
            check_draft(session, place, draft_in(typed, part("vocabulary").scheme))
        except BadInput as error:
            return _form(frame, place, typed, {error.field: str(error)}), 400
        if request.form.get("step") != "publish":
            return _check(session, frame, place, typed)
    try:
        return _publish(slug, typed)
    except BadInput as error:
        with database().reading() as session:
            frame, place = _writing(session, slug)
            return _check(session, frame, place, typed, {error.field: str(error)}), 400


def _publish(slug: str, typed: Typed) -> Any:
    with database().writing() as session:
        _frame, place = _writing(session, slug)
        thread = open_thread(session, place, draft_in(typed, part("vocabulary").scheme))
        for sent in sent_files():
            attach(session, opening_of(session, thread), thread, place, sent)
    flash(_("It is published. For a quarter of an hour you can take it back, as long as nobody has answered."))
    return redirect(path_of(thread), 303)


def _writing(session: Session, slug: str) -> tuple[Frame, Place]:
    frame = framed_to_write(session, slug, actor=actor())
    return frame, Place(frame.community, actor())


def _offered(place: Place) -> dict[str, Any]:
    return {name: kind for name, kind in KINDS.items() if name != ANNOUNCEMENT or place.facilitates}


def _form(frame: Frame, place: Place, typed: Typed, wrong: dict[str, str] | None = None) -> str:
    if typed.kind == ANNOUNCEMENT:
        require_facilitator(place)
    return render_template(
        "talk/new.html",
        frame=frame,
        kind=KINDS[typed.kind],
        typed=typed,
        groups=topic_choices(part("vocabulary").scheme),
        wrong=wrong or {},
    )


def _check(session: Session, frame: Frame, place: Place, typed: Typed, wrong: dict[str, str] | None = None) -> str:
    vocabulary = part("vocabulary")
    concepts = {concept.notation: concept for concept in vocabulary.scheme}
    return render_template(
        "talk/check.html",
        frame=frame,
        kind=KINDS[typed.kind],
        typed=typed,
        options=[one for one in typed.options.splitlines() if one.strip()],
        topics=[concepts[one].pref(language()) for one in typed.topics if one in concepts],
        similar=similar(session, part("index"), vocabulary.scheme, typed.title, actor=actor()),
        told=len(members_told(session, place)) if typed.tell == "yes" else 0,
        files={"kinds": kinds(), "most": MOST, "largest": LARGEST // 1_000_000},
        wrong=wrong or {},
    )


def _one_of(name: str, choices: Any) -> str:
    value = request.args.get(name, "")
    return value if value in choices else ""


def _order() -> str:
    return _one_of("sort", ORDERS) or next(iter(ORDERS))
