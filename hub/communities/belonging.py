"""Who belongs to a community, for its readers; and what somebody is there, for those who facilitate it."""

from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from federation.record import clean_line
from hub.communities.frame import Frame, framed
from hub.communities.membership import set_role
from hub.communities.people import by_organisation, groups, members
from hub.languages import N_
from hub.languages import gettext as _
from hub.web import actor, address_with, csv_table, database, paging, part, policy, require

LIST: Final = 50
PAGES: Final = 2_000
COLUMNS: Final = (N_("name"), N_("role"), N_("organisation"), N_("sector"), N_("since"))

blueprint = Blueprint("community_members", __name__)


def facilitated(session: Session, slug: str) -> Frame:
    """The community. NotAllowed for who does not facilitate it, NotFound for who may not know of it."""
    frame = framed(session, slug, actor=actor())
    require("facilitate", frame.community)
    return frame


@blueprint.get("/communities/<slug>/members")
@policy("read")
def listing(slug: str) -> Any:
    """Who belongs to it, by organisation; names are for those who are signed in."""
    organisation, words = request.args.get("organisation", "")[:80], clean_line(request.args.get("q", ""))[:80]
    with database().reading() as session:
        frame = framed(session, slug, actor=actor(), talk=True)
        known, id = bool(actor().person_id), frame.community.id
        there = groups(session, id, words=words if known else "")
        wanted = [one for one in there if organisation in ("", one.slug)] if known else []
        where = paging(sum(one.people for one in wanted), LIST, most=PAGES)
        if where is None:
            return redirect(address_with(page=None))
        shown = members(session, id, wanted, words=words, offset=where.first - 1, limit=LIST) if wanted else []
        return render_template(
            "communities/members.html",
            frame=frame,
            known=known,
            groups=there,
            members=by_organisation(shown),
            handles=part("handles")(session, actor(), [one.person_id for one in shown]),
            paging=where,
            organisation=organisation,
            words=words,
        )


@blueprint.get("/communities/<slug>/members.csv")
@policy("facilitate")
def table(slug: str) -> Response:
    """Everybody who belongs to it, as a table for those who facilitate it."""
    with database().reading() as session:
        frame = facilitated(session, slug)
        rows = [
            (one.name, _(one.role), one.organisation, one.sector, one.since.date())
            for one in members(session, frame.community.id, groups(session, frame.community.id))
        ]
    return csv_table(f"{slug}-members", [_(one) for one in COLUMNS], rows)


@blueprint.post("/communities/<slug>/members/role")
@policy("facilitate")
def role(slug: str) -> Any:
    """Make somebody a facilitator, or a member again, or send them away."""
    person, chosen = request.form.get("person", "")[:36], request.form.get("role", "")
    with database().writing() as session:
        frame = facilitated(session, slug)
        set_role(session, frame.community, person_id=person, role=chosen, actor=actor())
    flash(_("Saved. It holds from their next request on."))
    return redirect(url_for(".listing" if person != actor().person_id else "community.now", slug=slug), 303)
