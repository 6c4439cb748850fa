"""Our own Turtle: one order, one value a line, so that the same scheme gives the same bytes and diffs read well."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from vocab.scheme import Concept, Label, Scheme

DCT: Final = "http://purl.org/dc/terms/"
OWL: Final = "http://www.w3.org/2002/07/owl#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"

NOTES: Final = {
    "definition": "definition",
    "scope": "scopeNote",
    "example": "example",
    "history": "historyNote",
    "editorial": "editorialNote",
    "change": "changeNote",
    "note": "note",
}
"""Our kind of a note to its local name in SKOS."""

MATCHES: Final = {
    "exact": "exactMatch",
    "close": "closeMatch",
    "broad": "broadMatch",
    "narrow": "narrowMatch",
    "related": "relatedMatch",
}
"""Our kind of a mapping to its local name in SKOS."""

_LOCAL: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?\Z")
_DIGITS: Final = re.compile(r"([0-9]{1,18})")
_LANGUAGE: Final = re.compile(r"[a-zA-Z]+(?:-[a-zA-Z0-9]+)*\Z")
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}

Statement = tuple[str, list[str]]
"""A predicate with its values, both as Turtle terms."""


def to_turtle(scheme: Scheme) -> str:
    """The scheme as Turtle: the scheme itself, then its concepts by URI; a deprecated concept is no skos:Concept.

    Deprecated concepts keep their name as rdfs:label (vocabulary.md 2.3, the pattern of STW).
    """
    names = _Names(scheme)
    prefixes = {"dct": DCT, "owl": OWL, "skos": SKOS}
    if any(concept.deprecated for concept in scheme):
        prefixes["rdfs"] = RDFS
    if names.short:
        prefixes["topic"] = scheme.uri
    head = "".join(f"@prefix {name}: <{_iri(address)}> .\n" for name, address in sorted(prefixes.items()))
    blocks = [_block(names.term(scheme.uri), _scheme_statements(scheme, names))]
    concepts = sorted(scheme, key=lambda concept: concept.uri)
    blocks += [_block(names.term(concept.uri), _concept_statements(concept, scheme, names)) for concept in concepts]
    return "\n".join([head, *blocks])


class _Names:
    """URIs as terms: `topic:c0001` where a URI is the scheme's own and its end is safe, `<…>` elsewhere."""

    def __init__(self, scheme: Scheme) -> None:
        base = scheme.uri if scheme.uri.endswith(("/", "#")) else ""
        self._base = base
        self.short = bool(base) and any(self._local(concept.uri) for concept in scheme)

    def term(self, uri: str) -> str:
        local = self._local(uri)
        return f"topic:{local}" if local else f"<{_iri(uri)}>"

    def terms(self, uris: Iterable[str]) -> list[str]:
        return [self.term(uri) for uri in sorted(set(uris), key=_natural)]

    def _local(self, uri: str) -> str:
        end = uri.removeprefix(self._base) if self._base and uri.startswith(self._base) else ""
        return end if _LOCAL.match(end) else ""


def _scheme_statements(scheme: Scheme, names: _Names) -> Iterator[Statement]:
    yield "a", ["skos:ConceptScheme"]
    yield "dct:title", _texts(scheme.titles)
    yield "dct:description", _texts(scheme.descriptions)
    yield "dct:license", [_licence(scheme.licence)] if scheme.licence else []
    yield "owl:versionInfo", [_literal(scheme.version)] if scheme.version else []
    yield "skos:hasTopConcept", names.terms(concept.uri for concept in scheme if concept.top)


def _concept_statements(concept: Concept, scheme: Scheme, names: _Names) -> Iterator[Statement]:
    if concept.deprecated:
        yield "owl:deprecated", ["true"]
        yield "dct:isReplacedBy", names.terms(concept.replaced_by)
    else:
        yield "a", ["skos:Concept"]
    yield "skos:inScheme", [names.term(scheme.uri)]
    yield "skos:topConceptOf", [names.term(scheme.uri)] if concept.top else []
    yield "skos:broader", names.terms(concept.broader)
    yield "skos:notation", [_literal(concept.notation)] if concept.notation else []
    yield "rdfs:label" if concept.deprecated else "skos:prefLabel", _labels(concept, "pref")
    yield "skos:altLabel", _labels(concept, "alt")
    yield "skos:hiddenLabel", _labels(concept, "hidden")
    for kind, name in NOTES.items():
        yield f"skos:{name}", _values((one.language, one.value) for one in concept.notes if one.kind == kind)
    yield "skos:related", names.terms(concept.related)
    for kind, name in MATCHES.items():
        yield f"skos:{name}", names.terms(one.target for one in concept.mappings if one.kind == kind)


def _block(subject: str, statements: Iterable[Statement]) -> str:
    lines = " ;\n".join(f"    {predicate}{_objects(values)}" for predicate, values in statements if values)
    return f"{subject}\n{lines} .\n"


def _objects(values: list[str]) -> str:
    if len(values) == 1:
        return f" {values[0]}"
    return "".join(f"\n        {value}{' ,' if number < len(values) else ''}" for number, value in enumerate(values, 1))


def _labels(concept: Concept, kind: str) -> list[str]:
    return _values((one.language, one.value) for one in concept.labels if one.kind == kind)


def _texts(texts: Mapping[str, str]) -> list[str]:
    return _values(texts.items())


def _values(pairs: Iterable[tuple[str, str]]) -> list[str]:
    return [_literal(value, language) for language, value in sorted(set(pairs), key=lambda pair: text_order(*pair))]


def text_order(language: str, value: str) -> tuple[str, str, str]:
    """The order of texts in our files: by language, then by word without regard to capitals."""
    return language, value.casefold(), value


def label_order(label: Label) -> tuple[int, str, str, str]:
    """The order of a concept's labels: preferred, other, hidden words; then as in the file."""
    return ("pref", "alt", "hidden").index(label.kind), *text_order(label.language, label.value)


def _natural(uri: str) -> list[tuple[int, str]]:
    # Numbers in a URI sort as numbers, as a person would put them: 861 before 1700.
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in _DIGITS.split(uri)]


def _licence(licence: str) -> str:
    return f"<{_iri(licence)}>" if re.match(r"[a-z][a-z0-9+.-]*:[^\s]+\Z", licence) else _literal(licence)


def _literal(value: str, language: str = "") -> str:
    text = "".join(_ESCAPES.get(one) or (f"\\u{ord(one):04X}" if _unprintable(one) else one) for one in value)
    return f'"{text}"@{language}' if _LANGUAGE.match(language) else f'"{text}"'


def _unprintable(one: str) -> bool:
    # Line separators are written as escapes too: many editors show them as line ends.
    return one < " " or "\x7f" <= one <= "\x9f" or one in "\u2028\u2029\ufeff" or "\u202a" <= one <= "\u202e"


def _iri(uri: str) -> str:
    return "".join(f"\\u{ord(one):04X}" if one <= " " or one in '<>"{}|^`\\' else one for one in uri)
