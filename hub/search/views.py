"""The search page, its Atom feed, JSON and table, what its box suggests, and how a browser's own box finds it."""

import logging
from typing import Any, Final

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from hub.errors import IndexUnavailable
from hub.index.base import Hit
from hub.languages import gettext as _
from hub.policy import audiences, can
from hub.search.expand import Expander
from hub.search.facets import FACET_WORDS, Names, facets_of, organisations_of
from hub.search.feeds import address_of, entries_of
from hub.search.findable import AnyCard, cards_of
from hub.search.limited import find_limited
from hub.search.lists import A_PAGE, Walked, page_of_list, walk
from hub.search.parse import parse, words_of
from hub.search.restricted import FIRST, active_filters, communities_of, find_restricted, whose
from hub.search.service import PAGE, SORTS, Asked, Cost, Found, asked_from, find
from hub.search.suggestions import Suggestion, suggest
from hub.search.table import COLUMNS, MOST_ROWS, notes_of, rows_of
from hub.search.why import why, why_none
from hub.topics.service import Vocabulary
from hub.web import Paging, actor, address_with, atom, csv_table, database, page_asked, pages_of, paging, part, policy

blueprint = Blueprint("search", __name__)
log = logging.getLogger(__name__)

SUGGESTIONS_TYPE: Final = "application/x-suggestions+json"
"""What browsers ask for by the description (OpenSearch Suggestions 1.1)."""


@blueprint.get("/search")
@policy("read")
def search() -> Any:
    """Results with filters; a page that does not exist leads to page 1.

    Below them, for those who have any, what is restricted to their organisations: the rest is the same for everybody.
    """
    asked = asked_from(request.args)
    all_of = request.args.get("all", "")
    with database().reading() as session:
        found = _find(session, asked, page_asked())
        where = paging(found.page.total, PAGE)
        if where is None:
            return redirect(address_with(page=None))
        ours = find_restricted(session, asked, size=FIRST, loose=False)
        shown, theirs = _both(session, found, ours)
        wanted = organisations_of(asked, found.page, everything=all_of == "organisation")
        names = Names(session, part("vocabulary"), part("findable"), wanted, communities_of(session, asked))
    line = part("expander").line(found.expansions)
    return render_template(
        "search/search.html",
        asked=asked,
        found=found,
        hits=[(hit, card, why(hit, card, line, searched=bool(asked.text))) for hit, card in shown],
        ours=ours,
        our_hits=[(hit, card, why(hit, card, line, searched=bool(asked.text))) for hit, card in theirs],
        whose=whose(ours),
        facets=[] if found.limited else facets_of(asked, found.page, names, all_of=all_of),
        active=active_filters(asked, names),
        reason="" if found.page.total or found.limited else why_none(asked),
        costs=[(cost, _removal(asked, cost, names)) for cost in found.costs],
        paging=where,
        sorts=SORTS,
        line=line,
        title=_title(asked, found, where),
        feeds=can(actor(), "facilitate"),
    )


@blueprint.get("/search.atom")
@policy("read")
def search_feed() -> Response:
    """The newest of these results, for a feed reader."""
    asked = asked_from(request.args)
    with database().reading() as session:
        found = _find(session, asked, 1, newest=True)
        shown = [card for _, card in _hits(session, found)]
        organisations, communities = asked.filters.get("organisation", ()), communities_of(session, asked)
        names = Names(session, part("vocabulary"), part("findable"), organisations, communities)
    what = ", ".join([*filter(None, [asked.text]), *(name for _, name, _ in active_filters(asked, names))])
    return atom(_("Search: %(what)s", what=what) if what else _("Everything new"), entries_of(shown))


@blueprint.get("/search.json")
@policy("read")
def search_json() -> Any:
    """One page of results for machines, with the facets' counts; what could not be used is said in `wrong`.

    With `cursor=*` the first page of all results, as they are now; `next` is the address of the page after it.
    """
    asked = asked_from(request.args)
    cursor = request.args.get("cursor", "")
    if cursor:
        return _as_list(asked, cursor)
    with database().reading() as session:
        found = _find(session, asked, page_asked())
        shown = _hits(session, found)
    return {
        "total": found.page.total,
        "page": page_asked(),
        "pages": pages_of(found.page.total, PAGE),
        "any_word": found.any_word,
        "limited": found.limited,
        "meant": found.meant,
        "wrong": dict(asked.wrong),
        "facets": {name: dict(values) for name, values in found.page.facets.items()},
        "results": [_as_json(card) for _, card in shown],
    }


@blueprint.get("/search.csv")
@policy("read")
def search_table() -> Response:
    """These results as a table, the first MOST_ROWS; the last rows say what it is not."""
    asked = asked_from(request.args)
    with database().reading() as session:
        walked = _walk(session, asked)
        table = rows_of(session, walked.hits, part("findable"), part("vocabulary").scheme)
        rows = [*table, *notes_of(asked, walked)]
    return csv_table("search", [_(one) for one in COLUMNS], rows)


@blueprint.get("/suggest.json")
@policy("read")
def suggestions() -> Response:
    """What the words typed so far may become; with `format=opensearch` as browsers' own search boxes take it."""
    typed = request.args.get("q", "")
    with database().reading() as session:
        found = suggest(session, part("index"), part("vocabulary"), typed)
        pages = _pages_of(session, found)
    shown = [{"text": one.text, "kind": one.kind, "url": page} for one, page in zip(found, pages, strict=True) if page]
    if request.args.get("format") == "opensearch":
        columns = [[one[name] for one in shown] for name in ("text", "kind", "url")]
        answer = jsonify([typed, *columns])
        answer.mimetype = SUGGESTIONS_TYPE
    else:
        answer = jsonify(shown)
    if not actor().person_id:
        answer.headers["Cache-Control"] = "public, max-age=60"
    return answer


@blueprint.get("/opensearch.xml")
@policy("read")
def description() -> Response:
    """OpenSearch description: browsers offer the hub in their own search box."""
    return Response(render_template("search/opensearch.xml"), mimetype="application/opensearchdescription+xml")


def _find(session: Session, asked: Asked, page: int, newest: bool = False) -> Found:
    """From the index; from the database, and said so, while that is away."""
    expander: Expander = part("expander")
    if newest:
        asked = Asked(asked.text, asked.filters, asked.since, asked.until, "newest", asked.only_words)
    try:
        return find(part("index"), asked, expand=expander.expand, page=page)
    except IndexUnavailable as error:
        return _limited(session, asked, error, page=page)


def _limited(session: Session, asked: Asked, error: IndexUnavailable, *, page: int = 1, size: int = PAGE) -> Found:
    log.warning("Searches are answered by the database alone: %s", error)
    expansions = () if asked.only_words else part("expander").expand(words_of(parse(asked.text)))
    return find_limited(
        session, asked, part("vocabulary"), part("findable"), expansions=expansions, page=page, size=size
    )


def _walk(session: Session, asked: Asked) -> Walked:
    """All results from the index, or what the limited search finds."""
    try:
        return walk(part("index"), asked, expand=part("expander").expand, most=MOST_ROWS)
    except IndexUnavailable as error:
        found = _limited(session, asked, error, size=MOST_ROWS).page
        return Walked(found.hits, found.total, limited=True)


def _as_list(asked: Asked, cursor: str) -> dict[str, Any]:
    """A page of a list. While the index is away there is none: half a list would pass for a whole one."""
    with database().reading() as session:
        found = page_of_list(part("index"), asked, cursor, expand=part("expander").expand, size=A_PAGE)
        shown = _hits(session, found)
    after = found.page.after
    return {
        "total": found.page.total,
        "any_word": found.any_word,
        "wrong": dict(asked.wrong),
        "facets": {name: dict(values) for name, values in found.page.facets.items()},
        "results": [_as_json(card) for _, card in shown],
        "next": request.host_url.rstrip("/") + address_with(cursor=after, page=None) if after else None,
    }


def _hits(session: Session, found: Found) -> list[tuple[Hit, AnyCard]]:
    vocabulary: Vocabulary = part("vocabulary")
    shown = cards_of(session, found.page.hits, part("findable"), vocabulary.scheme)
    return [(hit, shown[hit.id]) for hit in found.page.hits if hit.id in shown]


def _both(
    session: Session, found: Found, ours: Found | None
) -> tuple[list[tuple[Hit, AnyCard]], list[tuple[Hit, AnyCard]]]:
    """The public results and the restricted ones, by one statement for each document type among them."""
    if ours is None:
        return _hits(session, found), []
    hits = (*found.page.hits, *ours.page.hits)
    shown = cards_of(session, hits, part("findable"), part("vocabulary").scheme, audiences(actor()))

    def of(one: Found, restricted: bool) -> list[tuple[Hit, AnyCard]]:
        known = [(hit, shown[hit.id]) for hit in one.page.hits if hit.id in shown]
        return [(hit, card) for hit, card in known if card.restricted == restricted]

    return of(found, False), of(ours, True)


def _removal(asked: Asked, cost: Cost, names: Names) -> tuple[str, str]:
    """(what would be left out, the address without it)."""
    if cost.facet == "dates":
        return _("the dates"), address_with(**{"from": None, "to": None, "page": None})
    if cost.facet == "word":
        return cost.value if '"' in cost.value else f"“{cost.value}”", address_with(q=cost.left, page=None)
    rest = [one for one in asked.filters[cost.facet] if one != cost.value]
    name = names.of(cost.facet, cost.value)
    return f"{_(FACET_WORDS[cost.facet][0])}: {name}", address_with(**{cost.facet: rest, "page": None})


def _title(asked: Asked, found: Found, where: Paging) -> str:
    what = _("%(words)s - search", words=asked.text) if asked.text else _("Search")
    if where.pages == 1:
        return what
    which = _("(page %(page)s of %(pages)s)", page=where.page, pages=where.pages)
    return f"{what} {which}"


def _pages_of(session: Session, found: list[Suggestion]) -> list[str]:
    """The address of each suggestion; empty for what has just gone."""
    others = [Hit(one.key, 0.0, (), (), one.kind) for one in found if one.kind in part("findable")]
    cards = cards_of(session, others, part("findable"), part("vocabulary").scheme)

    def page(one: Suggestion) -> str:
        if one.kind == "topic":
            return url_for("topic.topic", notation=one.key, _external=True)
        if one.kind == "organisation":
            return url_for("organisation.organisation", slug=one.key, _external=True)
        if one.kind == "document":
            return url_for("record.record", id=one.key, _external=True)
        return address_of(cards[one.key]) if one.key in cards else ""

    return [page(one) for one in found]


def _as_json(card: AnyCard) -> dict[str, Any]:
    return {
        "id": card.id,
        "url": address_of(card),
        "title": card.title,
        "summary": card.summary,
        "organisation": card.publisher.slug if card.publisher else "",
        "community": card.community.slug if card.community else "",
        "type": card.type,
        "language": card.language,
        "published": card.published.isoformat() if card.published else None,
        "licence": card.licence,
        "topics": [topic.notation for topic in card.topics],
    }
