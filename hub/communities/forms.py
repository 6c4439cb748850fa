"""The form of a community: what was typed, kept as it was typed, and what it comes to."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from federation.record import clean, clean_line
from hub.communities.access import OPEN, VISIBILITIES
from hub.communities.models import Community
from hub.communities.service import Details
from hub.errors import BadInput
from hub.languages import ENGLISH, language
from hub.languages import gettext as _
from hub.topics.service import Vocabulary
from vocab.scheme import Concept, Scheme

LONGEST: Final = 20_000
"""What is longer than anything that is kept is cut here."""

NAME: Final = 120
PURPOSE: Final = 1_000
RULES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Typed:
    """Every field as it was typed. `topics` are notations; `seen` is the edition that an edit began with."""

    name: str = ""
    other_names: str = ""
    purpose: str = ""
    rules: str = ""
    visibility: str = OPEN
    language: str = ""
    organisation: str = ""
    sure: str = ""
    seen: str = ""
    topics: tuple[str, ...] = ()

    def query(self) -> dict[str, Any]:
        """Name and topics as parameters of an address."""
        return {"name": self.name, "topic": list(self.topics)}


LINES: Final = ("purpose", "rules")
"""Fields in which a new line is one."""


def typed_in(values: MultiDict[str, str]) -> Typed:
    """What a request says."""
    told = {
        one.name: (clean if one.name in LINES else clean_line)(values[one.name])[:LONGEST]
        for one in fields(Typed)
        if one.name in values and one.name != "topics"
    }
    topics = tuple(dict.fromkeys(clean_line(one)[:40] for one in values.getlist("topic") if one.strip()))
    return Typed(**{"language": language(), **told}, topics=topics)


def typed_of(row: Community, uris: Iterable[str], scheme: Scheme) -> Typed:
    """What a community says now, as its form shows it."""
    concepts = [scheme.concepts[uri] for uri in uris if uri in scheme.concepts]
    return Typed(
        name=row.name,
        other_names=", ".join(row.other_names),
        purpose=row.purpose,
        rules=row.rules,
        visibility=row.visibility,
        language=row.language,
        seen=str(row.touched),
        topics=tuple(one.notation for one in concepts),
    )


def details_in(typed: Typed, vocabulary: Vocabulary) -> Details:
    """What the form comes to. BadInput for what only a form can have wrong; the rest is said by the service."""
    for name, longest in (("name", NAME), ("purpose", PURPOSE), ("rules", RULES)):
        if len(getattr(typed, name)) > longest:
            raise BadInput(_("Say it in at most %(most)s characters.", most=f"{longest:,}"), name)
    return Details(
        name=typed.name,
        purpose=typed.purpose,
        visibility=typed.visibility,
        concepts=tuple(concepts_in(typed.topics, vocabulary)),
        other_names=tuple(part.strip() for part in typed.other_names.split(",") if part.strip()),
        rules=typed.rules,
        language=typed.language or ENGLISH,
    )


def concepts_in(notations: Iterable[str], vocabulary: Vocabulary) -> list[str]:
    """The URIs of topics, of those that there are."""
    found = [vocabulary.by_notation(one) for one in notations]
    return [concept.uri for concept in found if concept is not None and not concept.deprecated]


def with_narrower(uris: Collection[str], scheme: Scheme) -> set[str]:
    """These topics and everything below them."""
    found, ahead = set(), list(uris)
    while ahead:
        uri = ahead.pop()
        if uri not in found:
            found.add(uri)
            ahead += [one.uri for one in scheme.narrower(uri)]
    return found


def topic_groups(scheme: Scheme) -> list[tuple[str, list[tuple[str, str]]]]:
    """(name of a broad topic, [(notation, name) of it and of all below it]), each in the order of the alphabet."""
    groups = [
        (_said(top), _sorted([scheme.concepts[uri] for uri in with_narrower([top.uri], scheme)]))
        for top in scheme.tops()
    ]
    return sorted(groups, key=lambda group: group[0].casefold())


def _sorted(concepts: Sequence[Concept]) -> list[tuple[str, str]]:
    kept = [(one.notation, _said(one)) for one in concepts if not one.deprecated]
    return sorted(kept, key=lambda one: one[1].casefold())


def _said(concept: Concept) -> str:
    return concept.pref(language())


def shows_more(before: str, after: str) -> bool:
    """Whether more people may see a community of the second visibility than of the first."""
    order = list(VISIBILITIES)
    return before in order and after in order and order.index(after) < order.index(before)
