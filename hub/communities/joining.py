"""Coming into a community and leaving it: joining, asking to, invitations, and asking its facilitators something."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for

from federation.record import clean
from hub.accounts.limits import admit
from hub.accounts.models import Person
from hub.communities.asking import ask_facilitators
from hub.communities.belonging import facilitated
from hub.communities.frame import framed
from hub.communities.invitations import accept, find_invitation, invite, open_invitations, withdraw_invitation
from hub.communities.membership import answer_request, join, leave, requests
from hub.errors import BadInput, Conflict, NotFound, TooMany
from hub.languages import gettext as _
from hub.policy import FACILITATOR, MEMBER, TAKING_PART
from hub.setup.house import house
from hub.web import actor, database, part, policy

INVITED: Final = 40
"""Invitations of one person in a quarter of an hour."""
ASKED: Final = 5
"""Questions of one person to facilitators in a quarter of an hour."""

blueprint = Blueprint("community_joining", __name__)


@blueprint.get("/communities/<slug>/join")
@policy("join communities")
def joining(slug: str) -> Any:
    """What joining means here, and the form."""
    return _joining(slug, "", {})


@blueprint.post("/communities/<slug>/join")
@policy("join communities")
def joined(slug: str) -> Any:
    """Join at once, or ask to."""
    words = clean(request.form.get("words", ""))
    try:
        with database().writing() as session:
            frame = framed(session, slug, actor=actor())
            inside = join(session, frame.community, actor=actor(), words=words)
            name = frame.community.name
    except BadInput as error:
        return _joining(slug, words, {error.field: str(error)})
    if inside:
        flash(_("You belong to %(name)s now.", name=name))
    else:
        flash(_("You have asked to join %(name)s. You are told when a facilitator has answered.", name=name))
    return redirect(url_for("community.now", slug=slug), 303)


def _joining(slug: str, words: str, wrong: dict[str, str]) -> Any:
    with database().reading() as session:
        frame = framed(session, slug, actor=actor())
        if frame.role:
            return redirect(url_for("community.now", slug=slug))
        page = render_template("communities/join.html", frame=frame, words=words, wrong=wrong)
    return page, 400 if wrong else 200


@blueprint.get("/communities/<slug>/leave")
@policy("join communities")
def leaving(slug: str) -> Any:
    """What leaving means, and the button."""
    with database().reading() as session:
        frame = framed(session, slug, actor=actor())
        if not frame.role:
            return redirect(url_for("community.now", slug=slug))
        return render_template("communities/leave.html", frame=frame)


@blueprint.post("/communities/<slug>/leave")
@policy("join communities")
def left(slug: str) -> Any:
    """Belong to it no more."""
    with database().writing() as session:
        row = framed(session, slug, actor=actor()).community
        try:
            leave(session, row, actor=actor())
        except NotFound:
            return redirect(url_for("community.now", slug=slug), 303)
        name = row.name
    flash(_("You have left %(name)s.", name=name))
    return redirect(url_for("communities.listing"), 303)


@blueprint.get("/communities/<slug>/ask")
@policy("join communities")
def ask(slug: str) -> Any:
    """A question to those who facilitate it."""
    return _asking(slug, "", {})


@blueprint.post("/communities/<slug>/ask")
@policy("join communities")
def asked(slug: str) -> Any:
    """Send it to them by mail."""
    words = clean(request.form.get("words", ""))
    with database().reading() as session:
        framed(session, slug, actor=actor())
    try:
        admit(database(), "ask facilitators", actor().person_id, request.remote_addr or "", most=ASKED)
        with database().writing() as session:
            row = framed(session, slug, actor=actor()).community
            ask_facilitators(
                session, row, actor=actor(), words=words, hub=house().name, base_url=part("settings").base_url
            )
    except TooMany:
        return _asking(slug, words, {"words": _("You have asked several times just now. Wait a quarter of an hour.")})
    except BadInput as error:
        return _asking(slug, words, {"words": str(error)})
    flash(_("Your question is on its way. The answer comes to you by mail."))
    return redirect(url_for("community.now", slug=slug), 303)


def _asking(slug: str, words: str, wrong: dict[str, str]) -> Any:
    with database().reading() as session:
        frame, me = framed(session, slug, actor=actor()), session.get(Person, actor().person_id)
        email = me.email if me and me.confirmed_at else ""
        page = render_template("communities/ask.html", frame=frame, words=words, email=email, wrong=wrong)
    return page, 400 if wrong else 200


@blueprint.get("/communities/<slug>/requests")
@policy("facilitate")
def letting_in(slug: str) -> Any:
    """Who asks to join, whom the community has invited, and the form to invite somebody."""
    return _letting_in(slug)


@blueprint.post("/communities/<slug>/requests")
@policy("facilitate")
def answered(slug: str) -> Any:
    """Let somebody in who has asked, or say no."""
    yes = request.form.get("answer") == "yes"
    with database().writing() as session:
        row = facilitated(session, slug).community
        answer_request(session, row, id=request.form.get("request", ""), yes=yes, actor=actor())
    flash(_("They belong to the community now, and are told.") if yes else _("Declined. They are told."))
    return redirect(url_for(".letting_in", slug=slug), 303)


@blueprint.post("/communities/<slug>/invite")
@policy("facilitate")
def send(slug: str) -> Any:
    """Invite somebody by mail."""
    email, role = request.form.get("email", "").strip(), request.form.get("role", MEMBER)
    with database().reading() as session:
        facilitated(session, slug)
    try:
        admit(database(), "invite", actor().person_id, request.remote_addr or "", most=INVITED)
        with database().writing() as session:
            row = facilitated(session, slug).community
            address = part("settings").base_url + "/community-invitations/{}"
            invite(session, row, actor=actor(), email=email, role=role, address=address, hub=house().name)
    except TooMany:
        crowd = _("You have invited many people just now. Go on in a quarter of an hour.")
        return _letting_in(slug, email, role, {"email": crowd})
    except (BadInput, Conflict) as error:
        field = "role" if getattr(error, "field", "") == "role" else "email"
        return _letting_in(slug, email, role, {field: str(error)})
    flash(_("The invitation is on its way to %(email)s.", email=email))
    return redirect(url_for(".letting_in", slug=slug), 303)


@blueprint.post("/communities/<slug>/invite/withdraw")
@policy("facilitate")
def withdraw(slug: str) -> Any:
    """Take an invitation back."""
    with database().writing() as session:
        row = facilitated(session, slug).community
        withdraw_invitation(session, row, actor=actor(), id=request.form.get("id", ""))
    flash(_("The invitation is withdrawn: its link opens nothing any more."))
    return redirect(url_for(".letting_in", slug=slug), 303)


def _letting_in(slug: str, email: str = "", role: str = MEMBER, wrong: dict[str, str] | None = None) -> Any:
    with database().reading() as session:
        frame = facilitated(session, slug)
        page = render_template(
            "communities/letting_in.html",
            frame=frame,
            requests=requests(session, frame.community.id),
            invitations=open_invitations(session, frame.community.id),
            choices=[(one, _(one)) for one in TAKING_PART],
            email=email,
            role=role,
            wrong=wrong or {},
        )
    return page, 400 if wrong else 200


@blueprint.get("/community-invitations/<secret>")
@policy("read")
def invited(secret: str) -> Any:
    """What one is invited to, and what to do: it only asks."""
    with database().reading() as session:
        invitation, row = find_invitation(session, secret)
        by = session.get(Person, invitation.by_id) if invitation.by_id else None
        me = session.get(Person, actor().person_id) if actor().person_id else None
        return render_template(
            "communities/invited.html",
            secret=secret,
            community=row,
            facilitates=invitation.role == FACILITATOR,
            by=by.name if by else "",
            signed_in=me is not None,
            theirs=bool(me and me.confirmed_at and me.email == invitation.email),
        )


@blueprint.post("/community-invitations/<secret>")
@policy("join communities")
def accepted(secret: str) -> Any:
    """Join."""
    with database().writing() as session:
        row = accept(session, actor=actor(), secret=secret)
        slug, name = row.slug, row.name
    flash(_("You belong to %(name)s now.", name=name))
    return redirect(url_for("community.now", slug=slug), 303)
