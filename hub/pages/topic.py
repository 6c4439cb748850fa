"""Topics: A to Z, the tree, and the page of one topic."""

from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.record import clean_line
from hub.communities.forms import with_narrower
from hub.communities.listing import Listed, Wanted, communities, narrowed
from hub.errors import NotFound
from hub.languages import gettext as _
from hub.languages import language
from hub.notices.following import TOPIC, followed
from hub.organisations.models import Organisation
from hub.people.finder import who_answers
from hub.records.cards import cards
from hub.records.figures import tag_counts
from hub.search.newest import newest
from hub.topics.service import Vocabulary
from hub.web import actor, database, part, policy
from vocab.scheme import LANGUAGES, Concept

NEWEST = 10
COMMUNITIES = 8
PEOPLE = 5

blueprint = Blueprint("topic", __name__)


@blueprint.get("/topics")
@policy("read")
def listing() -> str:
    """The tree, and A to Z with other words leading to their topic; a word narrows both."""
    vocabulary: Vocabulary = part("vocabulary")
    scheme = vocabulary.scheme
    wanted = clean_line(request.args.get("q", ""))[:80]
    by_letter = request.args.get("view") == "a-z"
    tree = [(top, scheme.narrower(top.uri)) for top in scheme.tops()]
    with database().reading() as session:
        counts = tag_counts(session)
    entries = _entries([concept for concept in scheme if not concept.deprecated], wanted)
    return render_template(
        "topic/topics.html",
        tree=tree,
        letters=_letters(entries),
        counts=counts,
        wanted=wanted,
        by_letter=by_letter or bool(wanted),
    )


def _entries(concepts: list[Concept], wanted: str) -> list[tuple[str, Concept, bool]]:
    """(words, concept, whether they are its name), by words; `wanted` keeps those that contain it."""
    found = []
    spoken = language()
    for concept in concepts:
        words = [(concept.pref(spoken), True), *((other, False) for other in concept.others(spoken))]
        if wanted:
            words += [
                (label.value, False) for label in concept.labels if label.language != spoken and label.kind == "pref"
            ]
        found += [(text, concept, name) for text, name in words if wanted.casefold() in text.casefold()]
    return sorted(dict.fromkeys(found), key=lambda entry: (entry[0].casefold(), entry[1].notation))


def _letters(entries: list[tuple[str, Concept, bool]]) -> dict[str, list[tuple[str, Concept, bool]]]:
    letters: dict[str, list[tuple[str, Concept, bool]]] = {}
    for entry in entries:
        first = entry[0][:1].upper()
        letters.setdefault(first if first.isalpha() else "0-9", []).append(entry)
    return letters


@blueprint.get("/topics/<notation>")
@policy("read")
def topic(notation: str) -> Any:
    """One topic: its words in every language, its neighbours, and the newest about it and what is below it."""
    vocabulary: Vocabulary = part("vocabulary")
    scheme = vocabulary.scheme
    concept = vocabulary.by_notation(notation)
    if concept is None:
        raise NotFound(_("There is no such topic. The list of topics has them all."))
    with database().reading() as session:
        answer = newest(
            session, part("index"), vocabulary, {"topic": (notation,)}, size=NEWEST, facets=("organisation",)
        )
        below = with_narrower([concept.uri], scheme)
        people, number_of_people = who_answers(session, actor(), below, PEOPLE)
        return render_template(
            "topic/topic.html",
            concept=concept,
            path=[scheme.concepts[uri] for uri in reversed(scheme.ancestors(concept.uri))],
            narrower=scheme.narrower(concept.uri),
            replaced_by=[scheme.concepts[uri] for uri in concept.replaced_by if uri in scheme.concepts],
            related=[scheme.concepts[uri] for uri in concept.related if uri in scheme.concepts],
            languages=[tag for tag in LANGUAGES if any(label.language == tag for label in concept.labels)],
            newest=cards(session, [hit.id for hit in answer.hits], scheme),
            total=answer.total,
            organisations=answer.facets.get("organisation", ()),
            names=_names(session),
            communities=_communities(session, [concept.uri, *(one.uri for one in scheme.narrower(concept.uri))]),
            people=people,
            number_of_people=number_of_people,
            following=followed(session, actor().person_id, TOPIC, concept.uri),
        )


def _communities(session: Session, uris: list[str]) -> list[Listed]:
    """Living communities about any of these, the most active first."""
    return communities(session, actor(), narrowed(actor(), Wanted(concepts=uris)), limit=COMMUNITIES)


def _names(session: Session) -> dict[str, str]:
    return dict(session.execute(select(Organisation.slug, Organisation.name)).all())
