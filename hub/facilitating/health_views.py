"""The figures of a community, for those who facilitate it: plots, each with its table and as CSV."""

from typing import Any, Final

from flask import Blueprint, Response, render_template
from sqlalchemy.orm import Session

from hub.communities.belonging import facilitated
from hub.communities.frame import Frame
from hub.communities.now import Shown
from hub.facilitating.health import FEW, IN_TIME, Health, answered_in_time, health_of, waiting_questions
from hub.facilitating.silos import Silos, silos_of
from hub.facilitating.waiting import Wanted, counts, scope_of
from hub.languages import N_
from hub.languages import gettext as _
from hub.policy import Actor
from hub.web import csv_table, database, policy

MONTHS: Final = (
    *(N_("month"), N_("posts"), N_("people who wrote"), N_("organisations taking part")),
    *(N_("questions answered within five days"), N_("questions not answered in time")),
    *(N_("people who wrote the month before"), N_("of them came back")),
)
LINKS: Final = (N_("organisation"), N_("links to others"), N_("links inside"), N_("people"), N_("E-I index"))

blueprint = Blueprint("community_health", __name__)


@blueprint.get("/communities/<slug>/health")
@policy("facilitate")
def health(slug: str) -> Any:
    """How it is."""
    with database().reading() as session:
        frame = facilitated(session, slug)
        found, silos = health_of(session, frame.community.id), silos_of(session, frame.community.id)
        return render_template(
            "facilitating/health.html",
            frame=frame,
            health=found,
            silos=silos,
            few=FEW,
            days=IN_TIME.days,
        )


@blueprint.get("/communities/<slug>/health.csv")
@policy("facilitate")
def months(slug: str) -> Response:
    """Its months as a table."""
    with database().reading() as session:
        found = health_of(session, facilitated(session, slug).community.id)
    return csv_table(f"{slug}-months", [_(one) for one in MONTHS], _months(found))


@blueprint.get("/communities/<slug>/links.csv")
@policy("facilitate")
def links(slug: str) -> Response:
    """The links between its organisations as a table."""
    with database().reading() as session:
        found = silos_of(session, facilitated(session, slug).community.id)
    return csv_table(f"{slug}-links", [_(one) for one in LINKS], _links(found))


def _months(found: Health) -> list[list[object]]:
    return [
        [
            one.first.strftime("%Y-%m"),
            *(one.posts, _few(one.people if one.people >= FEW else None), one.organisations, one.in_time, one.late),
            *(_few(one.wrote_before), _few(one.back)),
        ]
        for one in found.months
    ]


def _few(number: int | None) -> object:
    return _("fewer than %(num)s people", num=FEW) if number is None else number


def _links(found: Silos) -> list[list[object]]:
    rows = [(found.whole, _("all together"))] + [(one, one.name) for one in found.organisations]
    return [
        [name, one.external, one.internal, one.people, "" if one.index is None else round(one.index, 2)]
        for one, name in rows
        if one.people >= FEW
    ]


def strip(session: Session, frame: Frame, actor: Actor) -> Shown | None:
    """On *Now*: for whoever facilitates it what waits, and the ways to what they do; for others how it is going."""
    if not frame.facilitates:
        return _promise(session, frame)
    scope = scope_of(actor, frame.community)
    late = len(waiting_questions(session, frame.community.id))
    values = {"numbers": counts(session, scope, Wanted()), "late": late, "days": IN_TIME.days}
    return Shown("facilitating/parts/strip.html", values, aside=True)


def _promise(session: Session, frame: Frame) -> Shown | None:
    """What everybody may count who reads the discussions: how many questions were answered in time."""
    if not frame.sees_talk:
        return None
    in_time, asked = answered_in_time(session, frame.community.id)
    values = {"in_time": in_time, "asked": asked}
    return Shown("facilitating/parts/promise.html", values, aside=True) if asked >= FEW else None
