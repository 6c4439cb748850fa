"""The people finder and the profile of a person, as its reader may see them."""

from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for

from federation.record import clean_line
from hub.communities.forms import concepts_in, with_narrower
from hub.languages import language
from hub.notices.following import PERSON, followed
from hub.people.access import find_profile, seen_parts
from hub.people.finder import (
    ORDERS,
    Wanted,
    found,
    narrowed,
    number_of,
    organisations_in_use,
    topics_in_use,
    words_wanted,
)
from hub.people.letters import takes_letters
from hub.people.profiles import shown_of
from hub.topics.service import Vocabulary
from hub.web import actor, address_with, database, page_asked, paging, part, policy
from vocab.scheme import Concept

LIST: Final = 30

blueprint = Blueprint("people", __name__)


@blueprint.get("/people")
@policy("read")
def listing() -> Any:
    """Those that the reader may see, narrowed by words, topic with what is below it, organisation and sector."""
    vocabulary: Vocabulary = part("vocabulary")
    wanted, order = _wanted(vocabulary), _order()
    with database().reading() as session:
        conditions = narrowed(actor(), wanted)
        where = paging(number_of(session, conditions), LIST)
        if where is None:
            return redirect(address_with(page=None))
        uris = topics_in_use(session, actor(), vocabulary.scheme)
        return render_template(
            "people/listing.html",
            rows=found(
                session,
                actor(),
                conditions,
                order=order,
                offset=(page_asked() - 1) * LIST,
                limit=LIST,
                concepts=wanted.concepts,
            ),
            paging=where,
            words=clean_line(request.args.get("q", ""))[:80],
            topic=vocabulary.by_notation(request.args.get("topic", "")),
            organisation=wanted.organisation,
            sector=wanted.sector,
            topics=sorted((vocabulary.scheme.concepts[uri] for uri in uris), key=_by_name),
            organisations=organisations_in_use(session, actor()),
            concepts=vocabulary.scheme.concepts,
            order=order,
            orders=ORDERS,
        )


def _wanted(vocabulary: Vocabulary) -> Wanted:
    topic = request.args.get("topic", "")
    return Wanted(
        words=words_wanted(clean_line(request.args.get("q", ""))[:80], vocabulary.scheme),
        organisation=request.args.get("organisation", "")[:80],
        sector=request.args.get("sector", "")[:20],
        concepts=with_narrower(concepts_in([topic], vocabulary), vocabulary.scheme) if topic else None,
    )


def _order() -> str:
    order = request.args.get("sort", "name")
    return order if order in ORDERS else "name"


def _by_name(concept: Concept) -> str:
    return concept.pref(language()).casefold()


@blueprint.get("/people/<handle>")
@policy("read")
def person(handle: str) -> Any:
    """Somebody as the reader may see them; their own page is another one, which says who sees what."""
    vocabulary: Vocabulary = part("vocabulary")
    with database().reading() as session:
        row, account = find_profile(session, handle, actor=actor())
        if row.person_id == actor().person_id:
            return redirect(url_for("own_profile.own"))
        shown = shown_of(session, row, account, seen_parts(session, row, actor()), actor=actor())
        return render_template(
            "people/person.html",
            shown=shown,
            concepts=vocabulary.scheme.concepts,
            writable=takes_letters(session, row.person_id, actor()),
            following=followed(session, actor().person_id, PERSON, row.person_id),
            ask_to_sign_in=not actor().person_id and row.may_write == "account",
        )
