"""SKOS (Turtle, RDF/XML, JSON-LD, N-Triples) <-> Scheme. Pure: bytes in, bytes out. The only home of rdflib."""

import json
import re
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final, cast
from xml.sax.saxutils import escape, quoteattr

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DC, DCTERMS, OWL, RDF, RDFS, SKOS
from rdflib.term import Node

from vocab.errors import BrokenFile, NoScheme, TooLarge, UnknownFormat
from vocab.guards import guarded, in_short
from vocab.scheme import Concept, Label, LabelKind, MappingKind, Match, Note, NoteKind, Scheme
from vocab.turtle import MATCHES, NOTES, label_order, text_order, to_turtle
from vocab.values import scheme_to_json

FORMATS: Final[dict[str, tuple[str, int]]] = {
    "turtle": ("turtle", 64 << 20),
    "n-triples": ("nt", 256 << 20),
    "xml": ("xml", 32 << 20),
    "json-ld": ("json-ld", 32 << 20),
}
"""Our name of a format to rdflib's and to the size in bytes that we read of it."""

_KINDS: Final[tuple[tuple[LabelKind, URIRef], ...]] = (
    ("pref", SKOS.prefLabel),
    ("alt", SKOS.altLabel),
    ("hidden", SKOS.hiddenLabel),
)
_XL: Final = "http://www.w3.org/2008/05/skos-xl#"
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")

Facts = dict[Node, dict[Node, list[Node]]]
"""A graph as subject -> predicate -> objects, which is all that reading a scheme needs."""


def read(data: bytes, format: str = "turtle", scheme: str = "") -> Scheme:
    """The concept scheme in `data`; `format` is one of FORMATS, `scheme` the URI of one among several.

    Without `scheme` the one with most concepts is read. skos:narrower is turned into skos:broader; relations that are
    said one way only stay so (rule 15 reports them). Raises a SchemeError with a sentence; fetches nothing.
    """
    name, limit = _format(format)
    if len(data) > limit:
        raise TooLarge(f"The file has {len(data) >> 20} MB; of this format we read {limit >> 20} MB.")
    facts = _facts(_parse(guarded(data, format), name))
    return _Reading(facts, scheme).scheme()


def read_json(data: bytes, **options: Any) -> dict[str, Any]:
    """`read` for the sandbox: options `format` and `scheme`; the answer is `vocab.values.scheme_to_json`."""
    scheme = read(data, str(options.get("format") or "turtle"), str(options.get("scheme") or ""))
    return scheme_to_json(scheme)


def write(scheme: Scheme, format: str = "turtle") -> bytes:
    """The scheme in one of FORMATS, UTF-8. The same scheme always gives the same bytes."""
    name, _ = _format(format)
    turtle = to_turtle(scheme)
    if format == "turtle":
        return turtle.encode()
    graph = _parse(turtle.encode(), "turtle")
    if name == "nt":
        return b"".join(sorted(graph.serialize(format="nt", encoding="utf-8").splitlines(keepends=True)))
    return _json_ld(graph, scheme) if name == "json-ld" else _rdf_xml(graph)


def _format(format: str) -> tuple[str, int]:
    if format not in FORMATS:
        raise UnknownFormat(f"We do not know the format “{format[:40]}”; we know {', '.join(FORMATS)}.")
    return FORMATS[format]


def _parse(data: bytes, name: str) -> Graph:
    try:
        with warnings.catch_warnings():
            # rdflib warns about its own old parts, which is nothing to the person who gave us a file.
            warnings.simplefilter("ignore")
            return Graph().parse(data=data, format=name)
    except RecursionError as error:
        raise BrokenFile("The file is nested too deeply.") from error
    except MemoryError:
        raise
    except Exception as error:
        # rdflib's parsers raise whatever their helpers raise; all of it means that the file cannot be read.
        raise BrokenFile(f"The file could not be read: {in_short(error)}.") from error


def _facts(graph: Graph) -> Facts:
    facts: Facts = defaultdict(lambda: defaultdict(list))
    for subject, predicate, value in graph:
        facts[subject][predicate].append(value)
    return facts


class _Reading:
    """One pass over the facts of a file, for one scheme."""

    def __init__(self, facts: Facts, wanted: str) -> None:
        self._facts = facts
        self._members = self._find_members()
        self._uri = self._choose(wanted)
        self._broader = self._inverse(SKOS.narrower)
        self._tops = {
            *self._of(URIRef(self._uri), SKOS.hasTopConcept),
            *(subject for subject in facts if URIRef(self._uri) in self._of(subject, SKOS.topConceptOf)),
        }

    def scheme(self) -> Scheme:
        """The scheme that was chosen, with its concepts in the order of their URIs."""
        node = URIRef(self._uri)
        # Concepts that name no scheme are this scheme's where there is no other.
        others = set(self._members) - {"", self._uri}
        uris = sorted(self._members.get(self._uri, set()) | (set() if others else self._members.get("", set())))
        titles = (DCTERMS.title, DC.title, RDFS.label, SKOS.prefLabel)
        return Scheme(
            uri=self._uri,
            titles=next((found for one in titles if (found := self._texts(node, one))), {}),
            version=min((_text(one) for one in self._of(node, OWL.versionInfo)), default=""),
            licence=min((_text(one) for one in self._of(node, DCTERMS.license)), default=""),
            concepts={uri: self._concept(URIRef(uri)) for uri in uris},
            descriptions=self._texts(node, DCTERMS.description),
        )

    def _find_members(self) -> dict[str, set[str]]:
        # The key "" collects concepts that name no scheme; AGIFT's deprecated ones are like that.
        members: dict[str, set[str]] = defaultdict(set)
        for subject in self._facts:
            if isinstance(subject, URIRef) and SKOS.ConceptScheme in self._of(subject, RDF.type):
                tops = self._of(subject, SKOS.hasTopConcept)
                members[_uri(subject)].update(_uris(one for one in tops if self._is_concept(one)))
        for subject, predicates in self._facts.items():
            if isinstance(subject, URIRef) and self._is_concept(subject):
                named = [*predicates.get(SKOS.inScheme, []), *predicates.get(SKOS.topConceptOf, [])]
                for scheme in _uris(named) or [""]:
                    members[scheme].add(_uri(subject))
        return members

    def _is_concept(self, subject: Node) -> bool:
        types = self._of(subject, RDF.type)
        if SKOS.Concept in types:
            return True
        deprecated = any(_text(one).lower() in ("true", "1") for one in self._of(subject, OWL.deprecated))
        return deprecated and SKOS.ConceptScheme not in types

    def _choose(self, wanted: str) -> str:
        named = {uri: found for uri, found in self._members.items() if uri}
        if wanted:
            if wanted not in named:
                raise NoScheme(f"The file holds no concept scheme {wanted[:200]}.")
            return wanted
        if named:
            return min(named, key=lambda uri: (-len(named[uri]), uri))
        if not self._members.get(""):
            raise NoScheme("The file holds no concept scheme and no concepts (skos:ConceptScheme, skos:Concept).")
        # Concepts without a scheme: their common beginning, up to its last / or #, names it.
        first, last = min(self._members[""]), max(self._members[""])
        same = next((place for place, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
        return first[: max(first.rfind("/", 0, same), first.rfind("#", 0, same)) + 1] or first

    def _concept(self, node: URIRef) -> Concept:
        deprecated = any(_text(one).lower() in ("true", "1") for one in self._of(node, OWL.deprecated))
        broader = {*_uris(self._of(node, SKOS.broader)), *self._broader.get(node, ())}
        return Concept(
            uri=str(node),
            notation=min((_text(one) for one in self._of(node, SKOS.notation)), default=""),
            labels=tuple(sorted(set(self._labels(node, deprecated)), key=label_order)),
            broader=tuple(sorted(broader)),
            related=tuple(sorted(_uris(self._of(node, SKOS.related)))),
            notes=tuple(self._notes(node)),
            mappings=tuple(self._mappings(node)),
            top=node in self._tops,
            deprecated=deprecated,
            replaced_by=tuple(sorted(_uris(self._of(node, DCTERMS.isReplacedBy)))),
        )

    def _labels(self, node: URIRef, deprecated: bool) -> Iterator[Label]:
        for kind, predicate in _KINDS:
            for value in self._of(node, predicate):
                yield from _label(kind, value)
            for described in self._of(node, URIRef(_XL + str(predicate).rpartition("#")[2])):
                for value in self._of(described, URIRef(f"{_XL}literalForm")):
                    yield from _label(kind, value)
        if deprecated and not self._of(node, SKOS.prefLabel):
            for value in self._of(node, RDFS.label):
                yield from _label("pref", value)

    def _notes(self, node: URIRef) -> Iterator[Note]:
        for kind, name in NOTES.items():
            found = {_language_and_text(one) for one in self._of(node, SKOS[name]) if isinstance(one, Literal)}
            for language, value in sorted(found, key=lambda pair: text_order(*pair)):
                yield Note(cast(NoteKind, kind), language, value)

    def _mappings(self, node: URIRef) -> Iterator[Match]:
        for kind, name in MATCHES.items():
            for target in sorted(_uris(self._of(node, SKOS[name]))):
                yield Match(cast(MappingKind, kind), target)

    def _texts(self, node: URIRef, predicate: URIRef) -> dict[str, str]:
        pairs = [_language_and_text(one) for one in self._of(node, predicate) if isinstance(one, Literal)]
        return dict(sorted(pairs, reverse=True)[::-1])

    def _inverse(self, predicate: URIRef) -> dict[Node, set[str]]:
        found: dict[Node, set[str]] = defaultdict(set)
        for subject, predicates in self._facts.items():
            for value in predicates.get(predicate, ()) if isinstance(subject, URIRef) else ():
                found[value].add(_uri(subject))
        return found

    def _of(self, subject: Node, predicate: Node) -> list[Node]:
        # The facts are looked up without making an entry for each thing that is asked about.
        predicates = self._facts.get(subject)
        return predicates.get(predicate, []) if predicates else []


def _label(kind: LabelKind, value: Node) -> Iterator[Label]:
    if isinstance(value, Literal):
        language, text = _language_and_text(value)
        yield Label(kind, language, text)


def _language_and_text(value: Node) -> tuple[str, str]:
    return (getattr(value, "language", None) or "").lower(), _text(value)


def _text(value: Node) -> str:
    # A lone surrogate can be written as an escape in Turtle, but in no encoding that we store.
    return _SURROGATES.sub("\ufffd", str(value))


def _uri(node: Node) -> str:
    return _text(node)


def _uris(nodes: Iterable[Node]) -> set[str]:
    return {_uri(node) for node in nodes if isinstance(node, URIRef)}


def _json_ld(graph: Graph, scheme: Scheme) -> bytes:
    context = {"dct": str(DCTERMS), "owl": str(OWL), "rdfs": str(RDFS), "skos": str(SKOS)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = json.loads(graph.serialize(format="json-ld", context=context, auto_compact=False))
    value["@graph"] = sorted(value.get("@graph", []), key=lambda one: (one["@id"] != scheme.uri, one["@id"]))
    for node in value["@graph"]:
        for name, values in node.items():
            if isinstance(values, list):
                node[name] = sorted(values, key=lambda one: json.dumps(one, sort_keys=True))
    return (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _rdf_xml(graph: Graph) -> bytes:
    # rdflib's own serialiser orders things anew in each process; ours is flat and always the same.
    prefixes = {"dct": str(DCTERMS), "owl": str(OWL), "rdf": str(RDF), "rdfs": str(RDFS), "skos": str(SKOS)}
    names = "".join(f"\n    xmlns:{prefix}={quoteattr(address)}" for prefix, address in prefixes.items())
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<rdf:RDF{names}>"]
    for subject in sorted(set(graph.subjects()), key=str):
        lines.append(f"  <rdf:Description rdf:about={quoteattr(str(subject))}>")
        for predicate, value in sorted(graph.predicate_objects(subject), key=_statement_order):
            prefix = next(prefix for prefix, address in prefixes.items() if str(predicate).startswith(address))
            lines.append(f"    {_element(f'{prefix}:{str(predicate).removeprefix(prefixes[prefix])}', value)}")
        lines.append("  </rdf:Description>")
    return "\n".join([*lines, "</rdf:RDF>", ""]).encode()


def _statement_order(statement: tuple[Node, Node]) -> tuple[str, str, str]:
    predicate, value = statement
    return str(predicate), getattr(value, "language", None) or "", str(value)


def _element(name: str, value: Node) -> str:
    if not isinstance(value, Literal):
        return f"<{name} rdf:resource={quoteattr(str(value))}/>"
    about = f' xml:lang="{value.language}"' if value.language else ""
    about += f" rdf:datatype={quoteattr(str(value.datatype))}" if value.datatype else ""
    # XML 1.0 has no way to write control characters; a carriage return would be read as a line end.
    text = escape(_NOT_IN_XML.sub("", str(value)), {"\r": "&#13;"})
    return f"<{name}{about}>{text}</{name}>"
