"""Scheme, Concept, Label: the common vocabulary as frozen values. Everything else reads and makes these."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

BASE: Final = "https://w3id.org/moothall/topics/"
"""The fixed base of our concepts, the same for every hub (federation depends on it)."""

LANGUAGES: Final = ("en", "cy", "nl", "sv", "de")

LabelKind = Literal["pref", "alt", "hidden"]
MappingKind = Literal["exact", "close", "broad", "narrow", "related"]
NoteKind = Literal["definition", "scope", "example", "history", "editorial", "change", "note"]


@dataclass(frozen=True, slots=True, order=True)
class Label:
    """One word or phrase for a concept. `language` is a lower-case tag, empty where the file has none (rule 6)."""

    kind: LabelKind
    language: str
    value: str


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """A definition, scope note, example, history note, editorial note or change note."""

    kind: NoteKind
    language: str
    value: str


@dataclass(frozen=True, slots=True, order=True)
class Match:
    """A mapping to a concept of another scheme; `broad` means that theirs is broader than ours (skos:broadMatch)."""

    kind: MappingKind
    target: str


@dataclass(frozen=True, slots=True)
class Concept:
    """A topic. `broader`, `related` and `replaced_by` hold URIs; `top` marks a top concept of its scheme."""

    uri: str
    notation: str = ""
    labels: tuple[Label, ...] = ()
    broader: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    mappings: tuple[Match, ...] = ()
    top: bool = False
    deprecated: bool = False
    replaced_by: tuple[str, ...] = ()

    def pref(self, language: str) -> str:
        """The preferred label in `language`, else in English, else in the first of LANGUAGES, else the URI."""
        prefs = {label.language: label.value for label in self.labels if label.kind == "pref"}
        for tag in (language, *LANGUAGES, *sorted(prefs)):
            if tag in prefs:
                return prefs[tag]
        return self.uri

    def others(self, language: str) -> tuple[str, ...]:
        """The other words in `language` that people may see (altLabels; hidden labels are never shown)."""
        return tuple(label.value for label in self.labels if label.kind == "alt" and label.language == language)


@dataclass(frozen=True)
class Scheme:
    """A concept scheme: concepts by URI, in the order of their URIs. Deprecated concepts are among them."""

    uri: str
    titles: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    licence: str = ""
    concepts: Mapping[str, Concept] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Concept]:
        return iter(self.concepts.values())

    def __len__(self) -> int:
        return len(self.concepts)

    def narrower(self, uri: str) -> tuple[Concept, ...]:
        """The concepts directly below `uri`, by notation."""
        found = [concept for concept in self if uri in concept.broader and not concept.deprecated]
        return tuple(sorted(found, key=lambda concept: notation_key(concept.notation)))

    def ancestors(self, uri: str) -> tuple[str, ...]:
        """All concepts above `uri`, nearest first, each once; a cycle does not loop for ever."""
        seen: dict[str, None] = {}
        level = list(self.concepts[uri].broader) if uri in self.concepts else []
        while level:
            above: list[str] = []
            for one in level:
                if one not in seen and one != uri and one in self.concepts:
                    seen[one] = None
                    above.extend(self.concepts[one].broader)
            level = above
        return tuple(seen)

    def tops(self) -> tuple[Concept, ...]:
        """The top concepts that are in use, in the order of their URIs."""
        return tuple(concept for concept in self if concept.top and not concept.deprecated)


def notation_key(notation: str) -> tuple[str, int]:
    """Sorts HOU.2 before HOU.10."""
    letters, _, number = notation.partition(".")
    return letters, int(number) if number.isdigit() else 0
