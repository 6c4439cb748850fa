"""Writing the newsletter of a community: begun from its pins, edited, looked at, and sent to those who want it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from federation.record import clean, clean_line
from hub.communities.belonging import facilitated
from hub.errors import BadInput, Conflict
from hub.facilitating.newsletters import (
    begun,
    draft_of,
    drop_draft,
    keep_draft,
    last_sent,
    seen_of,
    send,
    sent,
    wanting,
)
from hub.languages import gettext as _
from hub.languages import ngettext
from hub.markdown import preview_of
from hub.talk.access import Place
from hub.web import actor, database, part, policy

blueprint = Blueprint("newsletter", __name__)


@blueprint.get("/communities/<slug>/newsletter")
@policy("facilitate")
def writing(slug: str) -> Any:
    """The draft with how it looks, or one begun from what was pinned; and those that were sent."""
    return _page(slug)


def _page(slug: str, wrong: dict[str, str] | None = None) -> Any:
    with database().reading() as session:
        frame = facilitated(session, slug)
        place = Place(frame.community, actor())
        draft = draft_of(session, frame.community.id)
        words = begun(session, frame.community, part("vocabulary").scheme, part("settings").base_url)
        title, text = (draft.title, draft.text) if draft else (words.title, words.text)
        if wrong:
            title, text = clean_line(request.form.get("title", "")), clean(request.form.get("text", ""))
        last = last_sent(session, frame.community.id)
        page = render_template(
            "facilitating/newsletter.html",
            frame=frame,
            title=title,
            text=text,
            shown=preview_of(text),
            draft=draft,
            pins=words.pins,
            number=len(wanting(session, place)),
            may_send=place.writes,
            last=last,
            seen=seen_of(last),
            sent=sent(session, frame.community.id),
            wrong=wrong or {},
        )
    return page, 400 if wrong else 200


@blueprint.post("/communities/<slug>/newsletter")
@policy("facilitate")
def written(slug: str) -> Any:
    """Keep it, begin anew, or send it."""
    form, act = request.form, request.form.get("act", "save")
    given = {"title": form.get("title", ""), "text": form.get("text", "")}
    try:
        with database().writing() as session:
            place = Place(facilitated(session, slug).community, actor())
            if act == "anew":
                drop_draft(session, place)
                said = _("Begun anew from what is pinned.")
            elif act == "send":
                told = send(session, place, **given, seen=form.get("seen", "")).told
                said = ngettext("Sent to %(num)s person.", "Sent to %(num)s people.", told)
            else:
                keep_draft(session, place, **given)
                said = _("Saved. This is how it looks.")
    except (BadInput, Conflict) as error:
        return _page(slug, {getattr(error, "field", "") or "text": str(error)})
    flash(said)
    return redirect(url_for(".writing", slug=slug), 303)
