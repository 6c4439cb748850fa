"""A scheme as JSON and back: what the sandbox answers with and what the label file holds. No rdflib."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar, get_args

from vocab.errors import BrokenFile
from vocab.scheme import Concept, Label, LabelKind, MappingKind, Match, Note, NoteKind, Scheme

_LABELS: Final = get_args(LabelKind)
_NOTES: Final = get_args(NoteKind)
_MATCHES: Final = get_args(MappingKind)

Made = TypeVar("Made")


def scheme_to_json(scheme: Scheme) -> dict[str, Any]:
    """The scheme as JSON values; empty parts of a concept are left out.

    {"uri", "titles": {language: text}, "descriptions", "version", "licence", "concepts": [{"uri", "notation",
    "labels": [[kind, language, value]], "broader": [uri], "related": [uri], "notes": [[kind, language, value]],
    "mappings": [[kind, target]], "top": true, "deprecated": true, "replaced_by": [uri]}]}
    """
    return {
        "uri": scheme.uri,
        "titles": dict(scheme.titles),
        "descriptions": dict(scheme.descriptions),
        "version": scheme.version,
        "licence": scheme.licence,
        "concepts": [_concept_to_json(concept) for concept in scheme],
    }


def scheme_from_json(value: Mapping[str, Any]) -> Scheme:
    """The reverse of `scheme_to_json`. What a sandbox child says is checked: BrokenFile when it is not that shape."""
    try:
        concepts = sorted((_concept_from_json(one) for one in value["concepts"]), key=lambda concept: concept.uri)
        return Scheme(
            uri=str(value["uri"]),
            titles=_texts(value.get("titles")),
            version=str(value.get("version", "")),
            licence=str(value.get("licence", "")),
            concepts={concept.uri: concept for concept in concepts},
            descriptions=_texts(value.get("descriptions")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BrokenFile(f"This is not a concept scheme as JSON ({type(error).__name__}: {error}).") from error


def _concept_to_json(concept: Concept) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "notation": concept.notation,
        "labels": [[one.kind, one.language, one.value] for one in concept.labels],
        "broader": list(concept.broader),
        "related": list(concept.related),
        "notes": [[one.kind, one.language, one.value] for one in concept.notes],
        "mappings": [[one.kind, one.target] for one in concept.mappings],
        "top": concept.top,
        "deprecated": concept.deprecated,
        "replaced_by": list(concept.replaced_by),
    }
    return {"uri": concept.uri, **{name: part for name, part in parts.items() if part}}


def _concept_from_json(value: Mapping[str, Any]) -> Concept:
    return Concept(
        uri=str(value["uri"]),
        notation=str(value.get("notation", "")),
        labels=_rows(value.get("labels"), _LABELS, Label),
        broader=_words(value.get("broader")),
        related=_words(value.get("related")),
        notes=_rows(value.get("notes"), _NOTES, Note),
        mappings=_rows(value.get("mappings"), _MATCHES, Match),
        top=bool(value.get("top", False)),
        deprecated=bool(value.get("deprecated", False)),
        replaced_by=_words(value.get("replaced_by")),
    )


def _rows(rows: Any, kinds: tuple[str, ...], make: Callable[..., Made]) -> tuple[Made, ...]:
    made = []
    for kind, *rest in rows or ():
        if kind not in kinds:
            raise ValueError(f"{kind!r} is none of {', '.join(kinds)}")
        made.append(make(kind, *(str(one) for one in rest)))
    return tuple(made)


def _words(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value or ())


def _texts(value: Any) -> dict[str, str]:
    return {str(language): str(text) for language, text in (value or {}).items()}
