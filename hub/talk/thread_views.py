"""A thread: reading it, answering, voting, linking documents, closing it."""

from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from federation.record import clean
from hub.audit.service import note_act
from hub.errors import BadInput, NotFound
from hub.languages import gettext as _
from hub.notices.following import THREAD, followed
from hub.notices.service import mark_thing_read
from hub.policy import can
from hub.talk.access import find_thread, require_writing
from hub.talk.files import LARGEST, MOST, attach, kinds
from hub.talk.kinds import KINDS, POLL
from hub.talk.page import page_of
from hub.talk.records import link, unlink
from hub.talk.replies import address_of, end_address, reply_to
from hub.talk.sending import receive_uploads, sent_files
from hub.talk.service import reply
from hub.talk.settling import close, reopen, require_closing
from hub.talk.voting import choose, options_of, vote
from hub.web import actor, address_with, csv_table, database, paging, part, policy

POSTS: Final = 100
"""Replies on a page."""

blueprint = Blueprint("thread", __name__)
blueprint.url_value_preprocessor(receive_uploads)


@blueprint.get("/discussions/<id>")
@policy("read")
def thread(id: str) -> Any:
    """The thread with its posts; with `post` the page on which that one stands."""
    wanted = request.args.get("post", "")
    return redirect(url_for("post.post", id=wanted)) if wanted else _page(id)


@blueprint.post("/discussions/<id>/reply")
@policy("talk")
def replying(id: str) -> Any:
    """Answer in it."""
    text = clean(request.form.get("text", ""))
    try:
        with database().writing() as session:
            row, place = find_thread(session, id, actor=actor())
            post = reply(session, row, place, text)
            for sent in sent_files():
                attach(session, post, row, place, sent)
            mark_thing_read(session, actor().person_id, "thread", [row.id])
    except BadInput as error:
        return _page(id, text=text, wrong={error.field: str(error)}), 400
    flash(_("Your post is published. For a quarter of an hour you can take it back, as long as nobody has answered."))
    return redirect(url_for("post.post", id=post.id), 303)


@blueprint.post("/discussions/<id>/vote")
@policy("talk")
def voting(id: str) -> Any:
    """Vote for an idea, or take the vote back."""
    on = request.form.get("on") != "no"
    with database().writing() as session:
        row, place = find_thread(session, id, actor=actor())
        vote(session, row, place, on=on)
    flash(_("Your vote is counted.") if on else _("Your vote is taken back."))
    return redirect(url_for(".thread", id=id), 303)


@blueprint.post("/discussions/<id>/poll")
@policy("talk")
def choosing(id: str) -> Any:
    """Choose an answer of a poll."""
    try:
        with database().writing() as session:
            row, place = find_thread(session, id, actor=actor())
            choose(session, row, place, request.form.get("option", ""))
    except BadInput as error:
        return _page(id, wrong={error.field: str(error)}), 400
    flash(_("Your choice is counted. You can change it until the poll ends."))
    return redirect(url_for(".thread", id=id), 303)


@blueprint.get("/discussions/<id>/poll.csv")
@policy("read")
def poll_csv(id: str) -> Response:
    """The numbers of a poll, for whoever sees them on its page."""
    with database().reading() as session:
        row, place = find_thread(session, id, actor=actor())
        poll = page_of(session, row, place, part("vocabulary").scheme).poll if row.kind == POLL else None
        if poll is None or not poll.shown:
            raise NotFound(_("There are no numbers of it to see."))
        rows = [(one.words, one.votes, f"{poll.share(one)} %") for one in options_of(session, row)]
    return csv_table("poll", [_("answer"), _("people"), _("share")], rows)


@blueprint.post("/discussions/<id>/documents")
@policy("talk")
def linking(id: str) -> Any:
    """Link a document, or take a link away."""
    gone = request.form.get("remove", "")
    try:
        with database().writing() as session:
            row, place = find_thread(session, id, actor=actor())
            if gone:
                unlink(session, row, place, gone)
            else:
                link(session, row, place, request.form.get("record", ""))
    except BadInput as error:
        return _page(id, wrong={error.field: str(error)}), 400
    flash(_("The link is gone.") if gone else _("The document is linked."))
    return redirect(url_for(".thread", id=id, _anchor="documents"), 303)


@blueprint.post("/discussions/<id>/address")
@policy("talk")
def addressing(id: str) -> Any:
    """Give whoever asks an address to answer to by mail, or end the one they have."""
    ended = request.form.get("on") == "no"
    with database().writing() as session:
        row, place = find_thread(session, id, actor=actor())
        require_writing(place)
        if ended:
            end_address(session, actor=actor(), thread_id=row.id)
        elif reply_to(session, part("settings"), thread_id=row.id, person_id=actor().person_id):
            note_act(session, actor=actor(), action="ask for reply address", thing=f"thread {row.id}")
    if ended:
        flash(_("That address is dead. You can have another at any time."))
    return redirect(url_for(".thread", id=id, _anchor="by-mail"), 303)


@blueprint.get("/discussions/<id>/close")
@policy("talk")
def closing(id: str) -> Any:
    """Why is it closed?"""
    return _close_page(id)


@blueprint.post("/discussions/<id>/close")
@policy("talk")
def closed(id: str) -> Any:
    """Close it."""
    why = clean(request.form.get("why", ""))
    try:
        with database().writing() as session:
            row, place = find_thread(session, id, actor=actor())
            close(session, row, place, why=why)
    except BadInput as error:
        return _close_page(id, why, {error.field: str(error)}), 400
    flash(_("It is closed, and can be opened again."))
    return redirect(url_for(".thread", id=id), 303)


@blueprint.post("/discussions/<id>/reopen")
@policy("talk")
def reopened(id: str) -> Any:
    """Let people write in it again."""
    with database().writing() as session:
        row, place = find_thread(session, id, actor=actor())
        reopen(session, row, place)
    flash(_("It is open again."))
    return redirect(url_for(".thread", id=id), 303)


def _page(id: str, text: str = "", wrong: dict[str, str] | None = None) -> Any:
    with database().reading() as session:
        row, place = find_thread(session, id, actor=actor())
        page = page_of(session, row, place, part("vocabulary").scheme)
        where = paging(len(page.replies), POSTS)
        if where is None:
            return redirect(address_with(page=None))
        return render_template(
            "talk/thread.html",
            page=page,
            thread=row,
            community=place.community,
            place=place,
            kind=KINDS[row.kind],
            replies=page.replies[where.first - 1 : where.first - 1 + POSTS],
            paging=where,
            following=followed(session, actor().person_id, THREAD, row.id),
            by_mail=bool(part("settings").mail_reply) and page.may_reply,
            address=address_of(session, part("settings"), thread_id=row.id, person_id=actor().person_id),
            files={"kinds": kinds(), "most": MOST, "largest": LARGEST // 1_000_000},
            text=text,
            record=request.form.get("record", ""),
            handles=part("handles")(session, actor(), [one.post.author_id for one in (page.opening, *page.replies)]),
            may_note=bool(page.accepted) and place.writes and can(actor(), "write practice notes"),
            wrong=wrong or {},
        )


def _close_page(id: str, why: str = "", wrong: dict[str, str] | None = None) -> str:
    with database().reading() as session:
        row, place = find_thread(session, id, actor=actor())
        require_closing(row, place)
        return render_template("talk/close.html", thread=row, community=place.community, why=why, wrong=wrong or {})
