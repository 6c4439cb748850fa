"""The search page, its Atom feed and its JSON; and the description that lets a browser's box search the hub."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.index.base import FACETS, Hit
from hub.organisations.models import Organisation
from hub.organisations.service import SECTORS
from hub.records.cards import LANGUAGE_NAMES, TYPE_NAMES, Card, cards
from hub.search.expand import Expander
from hub.search.feeds import entries_of
from hub.search.service import PAGE, SORTS, Asked, Found, asked_from, find
from hub.topics.service import Vocabulary
from hub.web import Paging, address_with, atom, database, page_asked, pages_of, paging, part, policy

blueprint = Blueprint("search", __name__)

FACET_WORDS: dict[str, tuple[str, str]] = {
    "sector": ("Sector", "What kind of public body published it"),
    "organisation": ("Organisation", "Who published it"),
    "type": ("Kind", "What kind of document it is"),
    "topic": ("Topic", "What it is about"),
    "language": ("Language", "The language it is written in"),
}
"""Facet -> (its heading, its one-line hint)."""

SHOWN_VALUES = 12
MOST_VALUES = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet: what people read, how many documents it gives, whether it is chosen."""

    value: str
    name: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet as the page shows it."""

    name: str
    words: str
    hint: str
    choices: tuple[Choice, ...]
    more: int

    @property
    def chosen(self) -> int:
        """How many of its values are chosen."""
        return sum(choice.chosen for choice in self.choices)


@blueprint.get("/search")
@policy("read")
def search() -> Any:
    """Results with filters; a page that does not exist leads to page 1."""
    asked = asked_from(request.args)
    found = _find(asked, page_asked())
    where = paging(found.page.total, PAGE)
    if where is None:
        return redirect(address_with(page=None))
    with database().reading() as session:
        shown = _hits(session, found)
        names = _organisation_names(session)
    facets = [_facet(name, asked, found, names) for name in FACETS]
    return render_template(
        "search/search.html",
        asked=asked,
        found=found,
        hits=shown,
        facets=facets,
        active=_active(asked, names),
        costs=[(cost, _removal(asked, cost, names)) for cost in found.costs],
        paging=where,
        sorts=SORTS,
        line=part("expander").line(found.expansions),
        title=_title(asked, found, where),
    )


@blueprint.get("/search.atom")
@policy("read")
def search_feed() -> Response:
    """The newest of these results, for a feed reader."""
    asked = asked_from(request.args)
    found = _find(asked, 1, newest=True)
    with database().reading() as session:
        shown = [card for _, card in _hits(session, found)]
        names = _organisation_names(session)
    what = ", ".join([*filter(None, [asked.text]), *(name for _, name, _ in _active(asked, names))])
    return atom(f"Search: {what}" if what else "Everything new", entries_of(shown))


@blueprint.get("/search.json")
@policy("read")
def search_json() -> Any:
    """One page of results for machines, with the facets' counts; what could not be used is said in `wrong`."""
    asked = asked_from(request.args)
    found = _find(asked, page_asked())
    with database().reading() as session:
        shown = _hits(session, found)
    return {
        "total": found.page.total,
        "page": page_asked(),
        "pages": pages_of(found.page.total, PAGE),
        "any_word": found.any_word,
        "meant": found.meant,
        "wrong": dict(asked.wrong),
        "facets": {name: dict(values) for name, values in found.page.facets.items()},
        "results": [_as_json(card) for _, card in shown],
    }


@blueprint.get("/opensearch.xml")
@policy("read")
def description() -> Response:
    """OpenSearch description: browsers offer the hub in their own search box."""
    return Response(render_template("search/opensearch.xml"), mimetype="application/opensearchdescription+xml")


def _find(asked: Asked, page: int, newest: bool = False) -> Found:
    expander: Expander = part("expander")
    if newest:
        asked = Asked(asked.text, asked.filters, asked.since, asked.until, "newest", asked.only_words)
    return find(part("index"), asked, expand=expander.expand, page=page)


def _hits(session: Session, found: Found) -> list[tuple[Hit, Card]]:
    vocabulary: Vocabulary = part("vocabulary")
    shown = {card.id: card for card in cards(session, [hit.id for hit in found.page.hits], vocabulary.scheme)}
    return [(hit, shown[hit.id]) for hit in found.page.hits if hit.id in shown]


def _organisation_names(session: Session) -> dict[str, str]:
    return dict(session.execute(select(Organisation.slug, Organisation.name)).all())


def _name_of(facet: str, value: str, organisations: dict[str, str]) -> str:
    if facet == "topic":
        concept = part("vocabulary").by_notation(value)
        return concept.pref("en") if concept else value
    tables = {
        "sector": {sector: words[1] for sector, words in SECTORS.items()},
        "organisation": organisations,
        "type": TYPE_NAMES,
        "language": LANGUAGE_NAMES,
    }
    return tables[facet].get(value, value or "not known")


def _facet(name: str, asked: Asked, found: Found, organisations: dict[str, str]) -> Facet:
    """No values that give nothing; chosen ones are always there, the rest by how much they give."""
    chosen = asked.filters.get(name, ())
    counts = dict(found.page.facets.get(name, ()))
    values = [*chosen, *(value for value in counts if value not in chosen)]
    most = MOST_VALUES if request.args.get("all") == name else max(SHOWN_VALUES, len(chosen))
    kept = [value for value in values if value in chosen or value][:most]
    words, hint = FACET_WORDS[name]
    choices = tuple(
        Choice(value, _name_of(name, value, organisations), counts.get(value, 0), value in chosen) for value in kept
    )
    return Facet(name, words, hint, choices, len(values) - len(kept))


def _active(asked: Asked, organisations: dict[str, str]) -> list[tuple[str, str, str]]:
    """(facet's word, value's name, address without it) of every filter in use."""
    active = []
    for name, values in asked.filters.items():
        for value in values:
            rest = [one for one in values if one != value]
            active.append(
                (FACET_WORDS[name][0], _name_of(name, value, organisations), address_with(**{name: rest, "page": None}))
            )
    for name, word, day in (("from", "From", asked.since), ("to", "Until", asked.until)):
        if day:
            active.append((word, f"{day.day} {day:%B %Y}", address_with(**{name: None, "page": None})))
    return active


def _removal(asked: Asked, cost: Any, organisations: dict[str, str]) -> tuple[str, str]:
    """(what would be left out, the address without it)."""
    if cost.facet == "dates":
        return "the dates", address_with(**{"from": None, "to": None, "page": None})
    if cost.facet == "word":
        return cost.value if '"' in cost.value else f"“{cost.value}”", address_with(q=cost.left, page=None)
    rest = [one for one in asked.filters[cost.facet] if one != cost.value]
    name = _name_of(cost.facet, cost.value, organisations)
    return f"{FACET_WORDS[cost.facet][0]}: {name}", address_with(**{cost.facet: rest, "page": None})


def _title(asked: Asked, found: Found, where: Paging) -> str:
    what = f"{asked.text} - search" if asked.text else "Search"
    return f"{what} (page {where.page} of {where.pages})" if where.pages > 1 else what


def _as_json(card: Card) -> dict[str, Any]:
    return {
        "id": card.id,
        "url": url_for("record.record", id=card.id, _external=True),
        "title": card.title,
        "summary": card.summary,
        "organisation": card.publisher.slug,
        "type": card.type,
        "language": card.language,
        "published": card.published.isoformat() if card.published else None,
        "licence": card.licence,
        "topics": [topic.notation for topic in card.topics],
    }
