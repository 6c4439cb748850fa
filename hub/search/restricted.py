"""What only somebody's own organisation may see: the first of it below a search, and all of it on a page of its own."""

import logging
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request
from sqlalchemy.orm import Session

from hub.errors import IndexUnavailable
from hub.index.base import RECORD, Rights
from hub.languages import gettext as _
from hub.languages import ngettext
from hub.policy import EVERY, MEMBERS, audiences
from hub.search.facets import FACET_WORDS, Names
from hub.search.findable import cards_of
from hub.search.limited import find_limited
from hub.search.parse import parse, words_of
from hub.search.service import PAGE, SORTS, Asked, Found, asked_from, find
from hub.search.why import why
from hub.web import actor, address_with, database, page_asked, paging, part, policy
from hub.words import on

FIRST: Final = 3
"""Results that stand below a search."""

blueprint = Blueprint("restricted", __name__)
log = logging.getLogger(__name__)


def find_restricted(
    session: Session, asked: Asked, *, page: int = 1, size: int = PAGE, loose: bool = True
) -> Found | None:
    """What of the restricted index whoever asks may see; None for those who may see nothing there.

    From the database while the index is away.
    """
    rights = Rights(audiences(actor()))
    if not rights.audiences:
        return None
    expander = part("expander")
    try:
        return find(part("index"), asked, expand=expander.expand, page=page, size=size, rights=rights, loose=loose)
    except IndexUnavailable as error:
        log.warning("What is restricted is searched in the database alone: %s", error)
    expansions = () if asked.only_words else expander.expand(words_of(parse(asked.text)))
    vocabulary = part("vocabulary")
    findable = part("findable")
    return find_limited(
        session, asked, vocabulary, findable, expansions=expansions, page=page, size=size, rights=rights
    )


def whose(found: Found | None) -> str:
    """What the results of whoever asks are called: by whether organisations' things are among them, or communities'."""
    held = {name for name, count in found.page.facets.get("document_type", ()) if count} if found else set()
    published, written = RECORD in held, bool(held - {RECORD})
    if EVERY in audiences(actor()):
        return _("Restricted to organisations and communities") if written else _("Restricted to organisations")
    organisations = {circle for circle, role in actor().memberships if role in MEMBERS}
    communities = {circle for circle, role in actor().memberships if role not in MEMBERS}
    if not held:
        published, written = bool(organisations), bool(communities)
    if published == written:
        return _("Only for you")
    if published:
        return ngettext("Only for your organisation", "Only for your organisations", len(organisations))
    return ngettext("Only for your community", "Only for your communities", len(communities))


def communities_of(session: Session, asked: Asked) -> dict[str, str]:
    """{slug: name} of the communities that are filtered by and of which whoever asks may know."""
    slugs = asked.filters.get("community", ())
    found: dict[str, str] = part("name_communities")(session, slugs, audiences(actor())) if slugs else {}
    return found


@blueprint.get("/search/restricted")
@policy("search what is restricted")
def search() -> Any:
    """All results that are restricted to whoever asks and some others; a page that does not exist leads to page 1."""
    asked = asked_from(request.args)
    with database().reading() as session:
        found = find_restricted(session, asked, page=page_asked())
        hits = found.page.hits if found else ()
        where = paging(found.page.total if found else 0, PAGE)
        if where is None:
            return redirect(address_with(page=None))
        shown = cards_of(session, hits, part("findable"), part("vocabulary").scheme, audiences(actor()))
        organisations, communities = asked.filters.get("organisation", ()), communities_of(session, asked)
        names = Names(session, part("vocabulary"), part("findable"), organisations, communities)
    by_id = {id: card for id, card in shown.items() if card.restricted}
    line = part("expander").line(found.expansions) if found else []
    return render_template(
        "search/restricted.html",
        asked=asked,
        found=found,
        hits=[
            (hit, by_id[hit.id], why(hit, by_id[hit.id], line, searched=bool(asked.text)))
            for hit in hits
            if hit.id in by_id
        ],
        active=active_filters(asked, names),
        paging=where,
        sorts=SORTS,
        whose=whose(found),
    )


def active_filters(asked: Asked, names: Names) -> list[tuple[str, str, str]]:
    """(facet's word, value's name, address without it) of every filter in use."""
    active = []
    for name, values in asked.filters.items():
        for value in values:
            rest = [one for one in values if one != value]
            active.append((_(FACET_WORDS[name][0]), names.of(name, value), address_with(**{name: rest, "page": None})))
    for name, word, day in (("from", _("From"), asked.since), ("to", _("Until"), asked.until)):
        if day:
            active.append((word, on(day), address_with(**{name: None, "page": None})))
    return active
