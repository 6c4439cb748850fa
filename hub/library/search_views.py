"""The searches that feed a library, in the web: what each finds, one to be added, pausing and deleting."""

import logging
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from federation.record import clean_line
from hub.communities.belonging import facilitated
from hub.communities.forms import topic_groups
from hub.communities.models import Community
from hub.errors import BadInput, Busy, Conflict, IndexUnavailable
from hub.languages import gettext as _
from hub.library.filling import newest_found
from hub.library.searching import add_search, pause_search, remove_search, searches_of
from hub.library.views import desk
from hub.policy import FACILITATOR
from hub.records.cards import Card, cards
from hub.search.facets import FACET_WORDS, Names
from hub.search.restricted import communities_of
from hub.search.saved import SavedQueries, asked_of, kept
from hub.web import actor, database, part, policy
from hub.words import on

SHOWN: Final = 3
"""Documents that show what a search finds."""

log = logging.getLogger(__name__)
blueprint = Blueprint("library_searches", __name__)


@dataclass(frozen=True, slots=True)
class Looked:
    """A search in words, and the first of what it finds; `total` is None while the index is away."""

    asked: str
    words: str
    filters: tuple[str, ...]
    found: tuple[Card, ...]
    total: int | None


@blueprint.get("/communities/<slug>/library/searches")
@policy("facilitate")
def listing(slug: str) -> Any:
    """The searches that feed it; with a search's own parameters, what that finds and the way to keep it."""
    return _page(slug, request.args)


def _page(slug: str, given: MultiDict[str, str], wrong: dict[str, str] | None = None, name: str = "") -> Any:
    wrong = dict(wrong or {})
    with database().reading() as session:
        frame = facilitated(session, slug)
        rows = searches_of(session, frame.community.id)
        proposed = _proposed(session, given, wrong)
        page = render_template(
            "library/searches.html",
            frame=frame,
            searches=[(row, _looked(session, row.asked)) for row in rows],
            proposed=proposed,
            name=name or _name_for(proposed),
            q=clean_line(given.get("q") or "")[:500],
            topic=given.get("topic", ""),
            groups=topic_groups(part("vocabulary").scheme),
            wrong=wrong,
            **desk(session, frame),
        )
    return page, 400 if wrong else 200


def _proposed(session: Session, given: MultiDict[str, str], wrong: dict[str, str]) -> Looked | None:
    if not any(given.values()):
        return None
    try:
        return _looked(session, kept(given))
    except BadInput as error:
        wrong.setdefault(error.field or "q", str(error))
        return None


def _name_for(proposed: Looked | None) -> str:
    """What a search is called until somebody says otherwise."""
    return ", ".join(filter(None, [proposed.words, *proposed.filters]))[:120] if proposed else ""


def _looked(session: Session, asked: str) -> Looked:
    what, vocabulary = asked_of(asked), part("vocabulary")
    organisations, communities = what.filters.get("organisation", ()), communities_of(session, what)
    names = Names(session, vocabulary, part("findable"), organisations, communities)
    filters = [
        f"{_(FACET_WORDS[facet][0])}: {names.of(facet, value)}"
        for facet, some in what.filters.items()
        for value in some
    ]
    filters += [f"{word}: {on(day)}" for word, day in ((_("From"), what.since), (_("Until"), what.until)) if day]
    try:
        ids, total = newest_found(part("index"), SavedQueries(vocabulary, part("expander")), asked, SHOWN)
    except (IndexUnavailable, Busy, BadInput) as error:
        log.warning("What a search finds is not shown: %s", error)
        return Looked(asked, what.text, tuple(filters), (), None)
    return Looked(asked, what.text, tuple(filters), tuple(cards(session, ids, vocabulary.scheme)), total)


@blueprint.post("/communities/<slug>/library/searches")
@policy("facilitate")
def add(slug: str) -> Any:
    """Have a search feed it."""
    asked, name = MultiDict(parse_qsl(request.form.get("asked", "")[:4000])), request.form.get("name", "")
    try:
        with database().writing() as session:
            community = facilitated(session, slug).community
            add_search(session, community, actor=actor(), name=name, asked=kept(asked))
    except (BadInput, Conflict) as error:
        return _page(slug, asked, {getattr(error, "field", "") or "name": str(error)}, name)
    flash(_("Saved. What it finds will wait among the candidates in a moment."))
    return redirect(url_for(".listing", slug=slug), 303)


@blueprint.post("/communities/<slug>/library/searches/<id>")
@policy("facilitate")
def change(slug: str, id: str) -> Any:
    """Pause it, resume it, or delete it."""
    act = request.form.get("act", "")
    with database().writing() as session:
        community = facilitated(session, slug).community
        if act == "delete":
            remove_search(session, community, id, actor=actor())
        elif act in ("pause", "resume"):
            pause_search(session, community, id, actor=actor(), paused=act == "pause")
    said = {"delete": _("The search is deleted."), "pause": _("The search is paused."), "resume": _("It is on again.")}
    flash(said.get(act, _("Nothing was changed.")))
    return redirect(url_for(".listing", slug=slug), 303)


@blueprint.get("/search/feed-a-library")
@policy("facilitate")
def choose() -> Any:
    """Which community a search is for: straight on for those who facilitate one."""
    with database().reading() as session:
        ours = facilitated_by(session)
    query = request.query_string.decode("utf-8", "replace")
    places = [(one, f"{url_for('.listing', slug=one.slug)}?{query}") for one in ours]
    if len(places) == 1:
        return redirect(places[0][1])
    return render_template("library/choose.html", places=places)


def facilitated_by(session: Session) -> list[Community]:
    """The living communities that whoever asks facilitates, by name."""
    ids = [circle for circle, role in actor().memberships if role == FACILITATOR]
    living = select(Community).where(Community.id.in_(ids), Community.archived_at.is_(None))
    return sorted(session.scalars(living), key=lambda one: one.name.casefold())
