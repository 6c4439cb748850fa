"""The form of a source: what was typed, kept as it was typed; what is wrong with it; and what it comes to."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from federation.record import TYPES, clean, clean_line
from harvesters.kinds import KINDS
from hub.errors import BadInput
from hub.languages import N_, language
from hub.languages import gettext as _
from hub.records.cards import LANGUAGE_NAMES
from hub.records.keeping import Defaults
from hub.sources.models import PUBLIC, RESTRICTED, VISIBILITIES, Source
from hub.sources.service import LONGEST_INTERVAL, SHORTEST_INTERVAL, Choices, check_address
from vocab.scheme import Concept, Scheme

RHYTHMS: Final[dict[str, str]] = {
    "900": N_("Every quarter of an hour"),
    "3600": N_("Every hour"),
    "21600": N_("Every six hours"),
    "86400": N_("Every day"),
    "604800": N_("Every week"),
}
"""Seconds between two checks, and how people say it."""

LICENCES: Final[dict[str, str]] = {
    "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/": N_("Open Government Licence 3.0"),
    "https://creativecommons.org/publicdomain/zero/1.0/": N_("CC0: no rights reserved"),
    "https://creativecommons.org/licenses/by/4.0/": "CC BY 4.0",
    "https://creativecommons.org/licenses/by-sa/4.0/": "CC BY-SA 4.0",
    "https://creativecommons.org/licenses/by-nc/4.0/": "CC BY-NC 4.0",
}
"""What can be chosen; a source that has another one keeps it."""

WHO_SEES: Final[dict[str, tuple[str, str]]] = {
    PUBLIC: (N_("Everybody"), N_("What it brings is found in search, in feeds and in tables, by anybody.")),
    RESTRICTED: (
        N_("Only the people of this organisation"),
        N_(
            "Others do not learn that it exists: nothing of it is found, counted or suggested for them. Those who run "
            "the hub see it too."
        ),
    ),
}
"""Who may see a source, in words, and what that comes to."""

LONGEST_NAME: Final = 200
LONGEST_CONTACT: Final = 300
LONGEST_TYPED: Final = 2_100
"""What is longer than anything that can be kept is cut here: what is typed travels in addresses, so that Back works."""


@dataclass(frozen=True, slots=True)
class Typed:
    """Every field as it was typed. `categories` are (the publisher's own word, notation of a topic or empty).

    `seen` is the edition that an edit began with, `previewed` the kind and address whose preview was looked at.
    """

    organisation: str = ""
    kind: str = ""
    address: str = ""
    name: str = ""
    language: str = ""
    type: str = ""
    licence: str = ""
    contact: str = ""
    every: str = "3600"
    visibility: str = PUBLIC
    seen: str = ""
    previewed: str = ""
    categories: tuple[tuple[str, str], ...] = ()

    @property
    def place(self) -> str:
        """Kind and address in one."""
        return f"{self.kind} {self.address}"

    def query(self) -> dict[str, Any]:
        """The same as parameters of an address."""
        named = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "categories"}
        return {
            **named,
            "category": [word for word, _ in self.categories],
            "topic": [one for _, one in self.categories],
        }


def typed_in(values: MultiDict[str, str], otherwise: Typed | None = None) -> Typed:
    """What a request says, `otherwise` where it has no such field."""
    otherwise = otherwise or Typed()
    told = {one.name: clean_line(values[one.name])[:LONGEST_TYPED] for one in fields(Typed) if one.name in values}
    pairs = zip(values.getlist("category"), values.getlist("topic"), strict=False)
    categories = tuple((clean_line(word)[:LONGEST_TYPED], clean(topic)[:40]) for word, topic in pairs if word.strip())
    return replace(otherwise, **told, categories=categories or otherwise.categories)


def typed_of(source: Source, organisation: str, seen: str, scheme: Scheme) -> Typed:
    """What a source says now, as its form shows it."""
    concepts = {category: _in_use(scheme, uri) for category, uri in source.categories.items()}
    return Typed(
        organisation=organisation,
        kind=source.kind,
        address=source.address,
        name=source.name,
        language=source.language,
        type=source.type,
        licence=source.licence_uri,
        contact=source.contact,
        every=str(source.interval),
        visibility=source.visibility,
        seen=seen,
        previewed=f"{source.kind} {source.address}",
        categories=tuple((category, concept.notation) for category, concept in concepts.items() if concept),
    )


def wrong_with(typed: Typed, scheme: Scheme) -> dict[str, str]:
    """{field: what is wrong with it and what to do}, in the order of the page."""
    every = int(typed.every) if typed.every.isascii() and typed.every.isdigit() and len(typed.every) < 12 else -1
    rules = {
        "address": (not typed.address or bool(unusable(typed)), unusable(typed) or _("Enter the address of the list.")),
        "kind": (typed.kind not in KINDS, _("Choose one of the things that were found.")),
        "name": (
            not 0 < len(typed.name) <= LONGEST_NAME,
            _("Give it a name of at most %(most)s characters. It stands in the list of sources.", most=LONGEST_NAME),
        ),
        "language": (typed.language not in ("", *LANGUAGE_NAMES), _("Choose one of the languages.")),
        "type": (typed.type not in ("", *TYPES), _("Choose one of the kinds of document.")),
        "licence": (
            bool(typed.licence) and not typed.licence.startswith(("https://", "http://")),
            _("Choose one of the licences."),
        ),
        "contact": (
            len(typed.contact) > LONGEST_CONTACT,
            _("Say it in at most %(most)s characters.", most=LONGEST_CONTACT),
        ),
        "visibility": (typed.visibility not in VISIBILITIES, _("Choose who may see it.")),
        "every": (not SHORTEST_INTERVAL <= every <= LONGEST_INTERVAL, _("Choose how often it is checked.")),
        "categories": (
            any(topic and topic not in _topics(scheme) for _, topic in typed.categories),
            _("Choose one of the topics, or none, for each category."),
        ),
    }
    return {name: sentence for name, (is_wrong, sentence) in rules.items() if is_wrong}


def unusable(typed: Typed) -> str:
    """Why the address cannot be that of a list; empty when it can."""
    try:
        check_address(typed.kind if typed.kind in KINDS else "feed", typed.address)
    except BadInput as error:
        return str(error) if typed.address else ""
    return ""


def choices_in(typed: Typed, scheme: Scheme) -> Choices:
    """What the form comes to. BadInput for the first field that is wrong."""
    for name, sentence in wrong_with(typed, scheme).items():
        raise BadInput(sentence, name)
    return Choices(
        kind=typed.kind,
        address=typed.address,
        name=typed.name,
        language=typed.language,
        type=typed.type,
        licence_uri=typed.licence,
        contact=typed.contact,
        interval=int(typed.every),
        visibility=typed.visibility,
        categories=categories_in(typed, scheme),
    )


def categories_in(typed: Typed, scheme: Scheme) -> dict[str, str]:
    """{the publisher's own word: URI of a topic}, of those that were matched with one that there is."""
    topics = _topics(scheme)
    return {word: topics[topic].uri for word, topic in typed.categories if topic in topics}


def defaults_in(typed: Typed, organisation_id: str) -> Defaults:
    """What the form says for documents that say nothing themselves."""
    return Defaults(organisation_id, typed.language, typed.type, typed.licence, typed.contact)


def topic_choices(scheme: Scheme) -> list[tuple[str, list[tuple[str, str]]]]:
    """(name of a broad topic, [(notation, name) of it and of those below it]), in the order of the alphabet."""
    groups = []
    for top in scheme.tops():
        below = sorted(_below(scheme, top), key=lambda one: one.pref(language()).casefold())
        groups.append((top.pref(language()), [(one.notation, one.pref(language())) for one in (top, *below)]))
    return sorted(groups, key=lambda group: group[0].casefold())


def _in_use(scheme: Scheme, uri: str) -> Concept | None:
    """The topic, or the one that has taken its place; None where there is none any more."""
    concept = scheme.concepts.get(uri)
    if concept is None or not concept.deprecated:
        return concept
    return next((scheme.concepts[one] for one in concept.replaced_by if one in scheme.concepts), None)


def _below(scheme: Scheme, concept: Concept) -> set[Concept]:
    found: set[Concept] = set()
    for one in scheme.narrower(concept.uri):
        found |= {one, *_below(scheme, one)}
    return found


def _topics(scheme: Scheme) -> Mapping[str, Concept]:
    return {concept.notation: concept for concept in scheme if not concept.deprecated}
