"""The operator's page of people: who they are, where they belong, what they may do, and who is suspended."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for

from federation.record import clean_line
from hub.accounts.factors import reset_factors
from hub.accounts.members import people, set_active, set_moderator, set_role
from hub.languages import N_
from hub.languages import gettext as _
from hub.organisations.service import organisations
from hub.policy import MEMBERS, OPERATOR, SITE_MODERATOR
from hub.setup.house import house
from hub.web import actor, address_with, database, page_asked, paging, policy

LIST: Final = 50
ACTIVE: Final = N_("%(name)s may sign in again.")
SUSPENDED: Final = N_("%(name)s is suspended, and signed out.")

blueprint = Blueprint("manage", __name__)


@blueprint.get("/manage/people")
@policy("manage people")
def listing() -> Any:
    """Everybody with an account, by name; narrowed by a part of name or address."""
    wanted = clean_line(request.args.get("q", ""))[:80]
    with database().reading() as session:
        rows, total = people(session, wanted, offset=(page_asked() - 1) * LIST, limit=LIST)
        where = paging(total, LIST)
        if where is None:
            return redirect(address_with(page=None))
        return render_template(
            "accounts/people.html",
            rows=rows,
            paging=where,
            wanted=wanted,
            organisations=organisations(session),
            roles=MEMBERS,
            OPERATOR=OPERATOR,
            SITE_MODERATOR=SITE_MODERATOR,
        )


@blueprint.post("/manage/people/<id>/role")
@policy("manage people")
def role(id: str) -> Any:
    """What somebody is in an organisation."""
    chosen, organisation = request.form.get("role", ""), request.form.get("organisation", "")
    with database().writing() as session:
        set_role(session, actor=actor(), person_id=id, organisation_id=organisation, role=chosen)
    flash(_("Saved. It holds from their next request on."))
    return _back()


@blueprint.post("/manage/people/<id>/moderator")
@policy("manage people")
def moderator(id: str) -> Any:
    """Make somebody a site moderator, or end it."""
    wanted = request.form.get("moderator") == "yes"
    with database().writing() as session:
        name = set_moderator(session, actor=actor(), person_id=id, moderator=wanted).name
    if wanted:
        flash(_("%(name)s is a site moderator: answers reports and takes documents down.", name=name))
    else:
        flash(_("%(name)s is no site moderator any more.", name=name))
    return _back()


@blueprint.post("/manage/people/<id>/active")
@policy("manage people")
def active(id: str) -> Any:
    """Suspend somebody, or let them in again."""
    with database().writing() as session:
        person = set_active(session, actor=actor(), person_id=id, active=request.form.get("active") == "yes")
        said = _(ACTIVE if person.active else SUSPENDED, name=person.name)
    flash(said)
    return _back()


@blueprint.post("/manage/people/<id>/second-factor")
@policy("manage people")
def reset(id: str) -> Any:
    """Let in by password alone who has lost phone and key."""
    with database().writing() as session:
        name = reset_factors(session, actor=actor(), person_id=id, hub=house().name).name
    flash(_("The second factor of %(name)s is reset, and they are signed out. A mail tells them.", name=name))
    return _back()


def _back() -> Any:
    return redirect(url_for("manage.listing", q=request.form.get("q") or None), 303)
