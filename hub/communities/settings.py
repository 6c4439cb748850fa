"""Looking after a community: its details and who may see it, who answers for it, and its end and return."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from hub.accounts.duties import duty_of, give
from hub.communities.access import VISIBILITIES
from hub.communities.belonging import facilitated
from hub.communities.forms import Typed, details_in, shows_more, topic_groups, typed_in, typed_of
from hub.communities.membership import keep_facilitated
from hub.communities.models import Community
from hub.communities.people import answerable
from hub.communities.service import archive, change_community, concepts_of, revive
from hub.errors import BadInput, Conflict
from hub.languages import LANGUAGES
from hub.languages import gettext as _
from hub.web import actor, database, part, policy

blueprint = Blueprint("community_settings", __name__)


@blueprint.get("/communities/<slug>/edit")
@policy("facilitate")
def edit(slug: str) -> Any:
    """The form with what the community says now, and who answers for it."""
    return _page(slug)


@blueprint.post("/communities/<slug>/edit")
@policy("facilitate")
def save(slug: str) -> Any:
    """Save it, or say what is wrong; nobody's change is lost without a word."""
    typed = typed_in(request.form)
    try:
        details = details_in(typed, part("vocabulary"))
        with database().writing() as session:
            row = facilitated(session, slug).community
            _require_fresh(row, typed)
            change_community(session, row, actor=actor(), details=details, inside=part("inside"))
    except (BadInput, Conflict) as error:
        return _page(slug, typed, {getattr(error, "field", "") or "name": str(error)})
    flash(_("Saved."))
    return redirect(url_for("community.now", slug=slug), 303)


def _require_fresh(row: Community, typed: Typed) -> None:
    """Conflict where somebody else has saved meanwhile. BadInput for showing more than before without being sure."""
    if typed.seen != str(row.touched):
        raise Conflict(
            _("Somebody else has changed this community meanwhile. Look at what it says now, and save again.")
        )
    if shows_more(row.visibility, typed.visibility) and typed.sure != "yes":
        raise BadInput(_("Say that you are sure: more people will see what was written so far."), "sure")


@blueprint.post("/communities/<slug>/duty")
@policy("facilitate")
def duty(slug: str) -> Any:
    """Say who answers for it, and who takes over from them."""
    owner, deputy = request.form.get("owner", "")[:36], request.form.get("deputy", "")[:36]
    try:
        with database().writing() as session:
            frame = facilitated(session, slug)
            row, organisation = frame.community, frame.organisation
            them = [one.id for one in answerable(session, row)]
            for field, id in (("owner", owner), ("deputy", deputy)):
                if id not in them and (id or field == "owner"):
                    raise BadInput(_("Choose somebody of the list."), field)
            given = {"kind": "community", "thing_id": row.id, "owner": owner, "deputy": deputy}
            give(session, actor=actor(), organisation=organisation, **given)
            keep_facilitated(session, [row.id], actor=actor())
    except BadInput as error:
        return _page(slug, wrong={error.field or "owner": str(error)}, answers=(owner, deputy))
    flash(_("Saved. Whoever answers for it now is told by mail."))
    return redirect(url_for(".edit", slug=slug), 303)


@blueprint.post("/communities/<slug>/archive")
@policy("facilitate")
def close(slug: str) -> Any:
    """From now on it can be read, and nothing else."""
    with database().writing() as session:
        archive(session, facilitated(session, slug).community, actor=actor())
    flash(_("It is archived: it can be read and found, and nothing new is written in it."))
    return redirect(url_for("community.now", slug=slug), 303)


@blueprint.post("/communities/<slug>/revive")
@policy("facilitate")
def reopen(slug: str) -> Any:
    """It lives again."""
    with database().writing() as session:
        revive(session, facilitated(session, slug).community, actor=actor())
    flash(_("It lives again: its members can write."))
    return redirect(url_for("community.now", slug=slug), 303)


def _page(
    slug: str, typed: Typed | None = None, wrong: dict[str, str] | None = None, answers: tuple[str, str] | None = None
) -> Any:
    scheme = part("vocabulary").scheme
    with database().reading() as session:
        frame = facilitated(session, slug)
        row = frame.community
        owner, deputy = duty_of(session, "community", row.id)
        people = [(one.id, one.name) for one in answerable(session, row)]
        page = render_template(
            "communities/edit.html",
            frame=frame,
            typed=typed or typed_of(row, concepts_of(session, row.id), scheme),
            seen=str(row.touched),
            wrong=wrong or {},
            visibilities=VISIBILITIES,
            languages=LANGUAGES,
            groups=topic_groups(scheme),
            people=[("", _("nobody")), *people],
            owner=answers[0] if answers else owner.id if owner else "",
            deputy=answers[1] if answers else deputy.id if deputy else "",
        )
    return page, 400 if wrong else 200
