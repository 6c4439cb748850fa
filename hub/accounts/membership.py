"""The people of one organisation, for its admins: who they are, what they may do, and inviting more."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_security import login_user
from sqlalchemy.orm import Session

from hub.accounts.invitations import accept, find_invitation, invite, open_invitations, withdraw_invitation
from hub.accounts.limits import admit
from hub.accounts.members import members, set_role
from hub.errors import BadInput, TooMany
from hub.languages import gettext as _
from hub.organisations.models import Organisation
from hub.organisations.service import find_organisation
from hub.policy import CONTENT, MEMBERS
from hub.setup.house import house
from hub.web import actor, database, part, policy, require

WHAT: Final = "invite"
INVITED: Final = 40
"""Invitations of one person in a quarter of an hour: a team, not an address book."""

blueprint = Blueprint("membership", __name__)


@blueprint.get("/organisations/<slug>/people")
@policy("manage members")
def listing(slug: str) -> Any:
    """Everybody of the organisation, the open invitations, and the form for another."""
    return _page(slug)


@blueprint.post("/organisations/<slug>/people/invite")
@policy("manage members")
def send(slug: str) -> Any:
    """Invite somebody by mail."""
    email, role = request.form.get("email", "").strip(), request.form.get("role", "")
    with database().reading() as session:
        _ours(session, slug)
    try:
        admit(database(), WHAT, actor().person_id, request.remote_addr or "", most=INVITED)
        with database().writing() as session:
            invite(
                session,
                actor=actor(),
                organisation=_ours(session, slug),
                email=email,
                role=role,
                address=part("settings").base_url + "/join/{}",
                hub=house().name,
            )
    except TooMany:
        return _page(
            slug, email, role, {"email": _("You have invited many people just now. Go on in a quarter of an hour.")}
        )
    except BadInput as error:
        return _page(slug, email, role, {error.field if error.field in ("email", "role") else "email": str(error)})
    flash(_("The invitation is on its way to %(email)s.", email=email))
    return redirect(url_for(".listing", slug=slug), 303)


@blueprint.post("/organisations/<slug>/people/withdraw")
@policy("manage members")
def withdraw(slug: str) -> Any:
    """Take an invitation back."""
    with database().writing() as session:
        withdraw_invitation(session, actor=actor(), organisation=_ours(session, slug), id=request.form.get("id", ""))
    flash(_("The invitation is withdrawn: its link opens nothing any more."))
    return redirect(url_for(".listing", slug=slug), 303)


@blueprint.post("/organisations/<slug>/people/role")
@policy("manage members")
def role(slug: str) -> Any:
    """What somebody is here, or that they are nothing here any more."""
    chosen, person = request.form.get("role", ""), request.form.get("person", "")
    with database().writing() as session:
        set_role(session, actor=actor(), person_id=person, organisation_id=_ours(session, slug).id, role=chosen)
    flash(_("Saved. It holds from their next request on."))
    return redirect(url_for("home.home") if person == actor().person_id else url_for(".listing", slug=slug), 303)


@blueprint.get("/join/<secret>")
@policy("read")
def invited(secret: str) -> Any:
    """What one is invited to, and what to do: it only asks."""
    with database().reading() as session:
        row, organisation = find_invitation(session, secret)
        me = part("people").find_user(id=actor().person_id) if actor().person_id else None
        return render_template("accounts/join.html", secret=secret, invitation=row, organisation=organisation, me=me)


@blueprint.post("/join/<secret>")
@policy("change own account")
def join(secret: str) -> Any:
    """Join; with other rights one gets another session."""
    with database().writing() as session:
        organisation = accept(session, actor=actor(), secret=secret)
        slug, name = organisation.slug, organisation.name
    login_user(part("people").find_user(id=actor().person_id))
    flash(_("You belong to %(name)s now.", name=name))
    return redirect(url_for("organisation.organisation", slug=slug), 303)


def _ours(session: Session, slug: str) -> Organisation:
    """The organisation. NotAllowed for who may not look after its people."""
    found = find_organisation(session, slug)
    require("manage members", found)
    return found


def _page(slug: str, email: str = "", role: str = CONTENT, wrong: dict[str, str] | None = None) -> Any:
    with database().reading() as session:
        organisation = _ours(session, slug)
        page = render_template(
            "accounts/members.html",
            organisation=organisation,
            members=members(session, organisation.id),
            invitations=open_invitations(session, organisation.id),
            roles=MEMBERS,
            choices=[(one, _(one)) for one in MEMBERS],
            email=email,
            role=role,
            wrong=wrong or {},
        )
    return page, 400 if wrong else 200
