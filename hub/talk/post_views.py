"""One post: where it stands, changing it, what it said before, taking it back, reporting, hiding, and its files."""

import io
from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.record import clean, clean_line
from hub.accounts.limits import admit, network_of
from hub.errors import BadInput, NotFound
from hub.languages import gettext as _
from hub.sources.forms import topic_choices
from hub.talk.access import Place, find_file, find_post, posts_of, require_facilitator, require_own
from hub.talk.files import LARGEST, MOST, attach, content_of, files_of, kinds, remove
from hub.talk.lists import NOBODY, authors_of
from hub.talk.models import Post, PostVersion, Thread
from hub.talk.reports import REASONS, hide, report_post, show_again
from hub.talk.sending import receive_uploads, sent_files
from hub.talk.service import concepts_of, edit, take_back
from hub.talk.settling import accept, set_concepts
from hub.talk.thread_views import POSTS
from hub.web import actor, database, part, policy
from hub.worddiff import difference

WHAT: Final = "report of post"
MOST_REPORTS: Final = 5

blueprint = Blueprint("post", __name__)
blueprint.url_value_preprocessor(receive_uploads)


@blueprint.get("/posts/<id>")
@policy("read")
def post(id: str) -> Any:
    """Where it stands in its thread."""
    with database().reading() as session:
        row, thread, _place = find_post(session, id, actor=actor())
        replies = [one.id for one in posts_of(session, thread) if not one.opening]
    page = 1 if row.opening else replies.index(row.id) // POSTS + 1
    anchor = None if row.opening else f"p-{row.id}"
    return redirect(url_for("thread.thread", id=thread.id, page=page if page > 1 else None, _anchor=anchor))


@blueprint.get("/posts/<id>/edit")
@policy("talk")
def editing(id: str) -> Any:
    """Change what one has said."""
    return _edit_page(id)


@blueprint.post("/posts/<id>/edit")
@policy("talk")
def edited(id: str) -> Any:
    """Keep the change, with files that were added."""
    try:
        with database().writing() as session:
            row, thread, place = find_post(session, id, actor=actor())
            title, text = clean_line(request.form.get("title", "")), clean(request.form.get("text", ""))
            edit(session, row, thread, place, text=text, title=title, seen=_seen())
            if row.opening and "topics" in request.form:
                set_concepts(session, thread, place, _topics())
            for sent in sent_files():
                attach(session, row, thread, place, sent)
    except BadInput as error:
        return _edit_page(id, {error.field: str(error)}), 400
    flash(_("The change is kept."))
    return redirect(url_for(".post", id=id), 303)


@blueprint.get("/posts/<id>/history")
@policy("read")
def history(id: str) -> Any:
    """Who wrote what when, and what changed, word by word."""
    with database().reading() as session:
        row, thread, place = find_post(session, id, actor=actor())
        versions = _versions(session, row, thread)
        authors = authors_of(session, [one.by_id for one in versions])
    changes = [
        (one, authors.get(one.by_id or "", NOBODY), difference(_whole(before), _whole(one), lines=True))
        for before, one in zip(versions, versions[1:], strict=False)
    ]
    first = (versions[0], authors.get(versions[0].by_id or "", NOBODY))
    return render_template(
        "talk/history.html",
        post=row,
        thread=thread,
        community=place.community,
        changes=list(reversed(changes)),
        first=first,
    )


@blueprint.post("/posts/<id>/undo")
@policy("talk")
def undo(id: str) -> Any:
    """Take back what one has just written."""
    with database().writing() as session:
        row, thread, place = find_post(session, id, actor=actor())
        take_back(session, row, thread, place)
    flash(_("It is taken back, and nobody sees it any more."))
    if row.opening:
        return redirect(url_for("discussions.listing", slug=place.community.slug), 303)
    return redirect(url_for("thread.thread", id=thread.id), 303)


@blueprint.post("/posts/<id>/accept")
@policy("talk")
def accepting(id: str) -> Any:
    """Mark it as the answer, or take the mark away."""
    on = request.form.get("on") != "no"
    with database().writing() as session:
        row, thread, place = find_post(session, id, actor=actor())
        accept(session, row, thread, place, on=on)
    flash(_("It is marked as the answer.") if on else _("It is marked as the answer no more."))
    return redirect(url_for(".post", id=id), 303)


@blueprint.get("/posts/<id>/report")
@policy("report")
def reporting(id: str) -> Any:
    """What is wrong with it?"""
    return _report_page(id)


@blueprint.post("/posts/<id>/report")
@policy("report")
def reported(id: str) -> Any:
    """Tell the facilitators."""
    with database().reading() as session:
        find_post(session, id, actor=actor())
    network = network_of(request.remote_addr or "")
    try:
        if request.form.get("reason") in REASONS:
            admit(database(), WHAT, actor().person_id or f"network {network}", network, most=MOST_REPORTS)
        with database().writing() as session:
            row, thread, place = find_post(session, id, actor=actor())
            report_post(session, row, place, reason=request.form.get("reason", ""), text=request.form.get("text", ""))
    except BadInput as error:
        return _report_page(id, {error.field: str(error)}), 400
    flash(_("Thank you. The facilitators look at it; nobody else learns who reported it."))
    return redirect(url_for(".post", id=id), 303)


@blueprint.get("/posts/<id>/hide")
@policy("facilitate")
def hiding(id: str) -> Any:
    """Why is it hidden?"""
    return _hide_page(id)


@blueprint.post("/posts/<id>/hide")
@policy("facilitate")
def hidden(id: str) -> Any:
    """Hide it from everybody but facilitators and its author."""
    try:
        with database().writing() as session:
            row, thread, place = find_post(session, id, actor=actor())
            hide(session, row, thread, place, why=request.form.get("why", ""))
    except BadInput as error:
        return _hide_page(id, {error.field: str(error)}), 400
    flash(_("It is hidden. You can show it again at any time."))
    return redirect(url_for(".post", id=id), 303)


@blueprint.post("/posts/<id>/show")
@policy("facilitate")
def shown(id: str) -> Any:
    """Show it again."""
    with database().writing() as session:
        row, thread, place = find_post(session, id, actor=actor())
        show_again(session, row, thread, place)
    flash(_("It is shown again."))
    return redirect(url_for(".post", id=id), 303)


@blueprint.get("/files/<id>")
@policy("read")
def file(id: str) -> Response:
    """A file, to be saved: no browser opens it as a page of ours (security.md rule 12)."""
    with database().reading() as session:
        row, _post, _place = find_file(session, id, actor=actor())
        content = content_of(session, row)
    answer = send_file(
        io.BytesIO(content), mimetype=row.type, as_attachment=True, download_name=row.name, etag=False, max_age=0
    )
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


@blueprint.post("/files/<id>/remove")
@policy("talk")
def removing(id: str) -> Any:
    """Take a file of one's post away."""
    with database().writing() as session:
        row, post, place = find_file(session, id, actor=actor())
        remove(session, row, post, place)
    flash(_("The file is gone."))
    return redirect(url_for(".editing", id=post.id), 303)


def _edit_page(id: str, wrong: dict[str, str] | None = None) -> str:
    scheme = part("vocabulary").scheme
    with database().reading() as session:
        row, thread, place = find_post(session, id, actor=actor())
        require_own(place, row)
        uris = concepts_of(session, thread.id)
        typed = {
            "title": request.form.get("title", thread.title),
            "text": request.form.get("text", row.text),
            "seen": request.form.get("seen", str(row.edition)),
            "topics": [scheme.concepts[uri].notation for uri in uris if uri in scheme.concepts],
        }
        if "topics" in request.form:
            typed["topics"] = request.form.getlist("topic")
        return render_template(
            "talk/edit.html",
            post=row,
            thread=thread,
            community=place.community,
            typed=typed,
            groups=topic_choices(scheme),
            attached=files_of(session, [row.id]).get(row.id, []),
            files={"kinds": kinds(), "most": MOST, "largest": LARGEST // 1_000_000},
            wrong=wrong or {},
        )


def _report_page(id: str, wrong: dict[str, str] | None = None) -> str:
    reasons = [(one, _(words)) for one, words in REASONS.items()]
    typed = {"reason": request.form.get("reason", ""), "text": request.form.get("text", "")}
    with database().reading() as session:
        row, thread, place = find_post(session, id, actor=actor())
        return _page("talk/report.html", session, row, thread, place, wrong, reasons=reasons, **typed)


def _hide_page(id: str, wrong: dict[str, str] | None = None) -> str:
    with database().reading() as session:
        row, thread, place = find_post(session, id, actor=actor())
        require_facilitator(place)
        return _page("talk/hide.html", session, row, thread, place, wrong, why=request.form.get("why", ""))


def _page(
    template: str,
    session: Session,
    row: Post,
    thread: Thread,
    place: Place,
    wrong: dict[str, str] | None,
    **more: Any,
) -> str:
    """A page about a post, with who wrote it."""
    author = authors_of(session, [row.author_id]).get(row.author_id or "", NOBODY)
    about = {"post": row, "author": author, "thread": thread, "community": place.community}
    return render_template(template, **about, wrong=wrong or {}, **more)


def _versions(session: Session, row: Post, thread: Thread) -> list[PostVersion]:
    """All of them, the first one first; the last is what it says now."""
    former = select(PostVersion).where(PostVersion.post_id == row.id).order_by(PostVersion.edition)
    title = thread.title if row.opening else ""
    now = PostVersion(
        post_id=row.id, edition=row.edition, title=title, text=row.text, by_id=row.author_id,
        at=row.edited_at or row.created,
    )  # fmt: skip
    if row.removed:
        raise NotFound(_("Its author has removed it."))
    return [*session.scalars(former), now]


def _whole(version: PostVersion) -> str:
    return f"{version.title}\n{version.text}" if version.title else version.text


def _seen() -> int:
    text = request.form.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _topics() -> list[str]:
    topics = {concept.notation: concept.uri for concept in part("vocabulary").scheme if not concept.deprecated}
    return [topics[one] for one in request.form.getlist("topic") if one in topics]
