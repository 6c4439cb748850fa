"""Integrity rules of a scheme, one function a rule (vocabulary.md 2.2); what a machine may mend is in repairs."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from vocab.repairs import ODD, tidy
from vocab.scheme import Concept, Scheme
from vocab.words import COMMON_WORDS, LANGUAGE_CODES

Severity = Literal["error", "warning", "info"]

_TAG: Final = re.compile(r"([a-z]{2,3})(?:-[a-z0-9]{2,8})*\Z")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says of one concept, in a sentence for the editor.

    `concept` is a URI; the scheme's own where the scheme itself is meant (rules 6 and 10).
    """

    rule: int
    severity: Severity
    concept: str
    message: str


@dataclass(frozen=True)
class Checked:
    """What the rules look at. `required` are the languages each concept needs; `ours` is stricter (rules 7 and 12)."""

    scheme: Scheme
    required: Sequence[str] = ()
    ours: bool = False

    @property
    def in_use(self) -> Iterator[Concept]:
        """The concepts that are not deprecated."""
        return (concept for concept in self.scheme if not concept.deprecated)

    def name(self, uri: str) -> str:
        """A concept's English label for a sentence, its URI where it is not defined."""
        return self.scheme.concepts[uri].pref("en") if uri in self.scheme.concepts else uri


def check(scheme: Scheme, required: Sequence[str] = (), ours: bool = False) -> tuple[Finding, ...]:
    """All findings of all rules, by rule and then by concept."""
    checked = Checked(scheme, required, ours)
    found = [finding for rule in RULES for finding in rule(checked)]
    return tuple(sorted(found, key=lambda one: (one.rule, one.concept, one.message)))


def one_pref_label(checked: Checked) -> Iterator[Finding]:
    """Rule 1: two preferred labels in one language (SKOS S14)."""
    for concept in checked.scheme:
        for language, values in _by_language(concept, "pref").items():
            if len(values) > 1:
                yield Finding(1, "error", concept.uri, f"Two preferred labels in “{language}”: {_list(values)}.")


def labels_once(checked: Checked) -> Iterator[Finding]:
    """Rule 2: one label twice in a concept, preferred and other, or other and hidden (S13). Mended by repairs."""
    for concept in checked.scheme:
        kinds: dict[tuple[str, str], list[str]] = defaultdict(list)
        for label in concept.labels:
            kinds[label.language, label.value].append(label.kind)
        for (_, value), found in kinds.items():
            if len(found) > 1:
                yield Finding(2, "error", concept.uri, f"“{value}” is its label twice ({_list(found)}).")


def no_cycle(checked: Checked) -> Iterator[Finding]:
    """Rule 3: a concept that is broader than itself, over however many steps; one finding a cycle."""
    for cycle in _cycles(checked.scheme):
        path = " → ".join(checked.name(uri) for uri in (*cycle, cycle[0]))
        yield Finding(3, "error", cycle[0], f"Its broader concepts lead back to it: {path}.")


def related_not_above(checked: Checked) -> Iterator[Finding]:
    """Rule 4: related to a concept above or below itself (SKOS S27); one finding for each time that it is said."""
    above = {concept.uri: set(checked.scheme.ancestors(concept.uri)) for concept in checked.scheme}
    for concept in checked.scheme:
        for uri in concept.related:
            if uri in above[concept.uri] or concept.uri in above.get(uri, ()):
                way = "below" if uri in above[concept.uri] else "above"
                yield Finding(4, "error", concept.uri, f"It is {way} {checked.name(uri)} and related to it.")


def has_labels(checked: Checked) -> Iterator[Finding]:
    """Rule 5: no preferred label at all (error), or none in a required language (warning, concepts in use)."""
    for concept in checked.scheme:
        languages = set(_by_language(concept, "pref"))
        if not languages:
            yield Finding(5, "error", concept.uri, "It has no preferred label.")
        elif not concept.deprecated:
            for language in checked.required:
                if language not in languages:
                    yield Finding(5, "warning", concept.uri, f"It has no preferred label in “{language}”.")


def known_languages(checked: Checked) -> Iterator[Finding]:
    """Rule 6: a label without a language, or with a tag that is none (BCP 47 form, ISO 639-1 for two letters)."""
    for language, title in checked.scheme.titles.items():
        if not language:
            yield Finding(6, "error", checked.scheme.uri, f"The scheme's title “{title}” has no language.")
    for concept in checked.scheme:
        for label in concept.labels:
            if not label.language:
                yield Finding(6, "error", concept.uri, f"The label “{label.value}” has no language.")
            elif not _is_tag(label.language):
                text = f"The label “{label.value}” has the unknown language “{label.language}”."
                yield Finding(6, "error", concept.uri, text)


def distinct_pref_labels(checked: Checked) -> Iterator[Finding]:
    """Rule 7: one preferred label on two concepts, capitals apart; an error in our own scheme."""
    for (language, _), uris in _pref_owners(checked).items():
        for uri in uris[1:]:
            text = f"{checked.name(uris[0])} has the same preferred label in “{language}”."
            yield Finding(7, "error" if checked.ours else "warning", uri, text)


def alt_is_no_pref(checked: Checked) -> Iterator[Finding]:
    """Rule 8: another word of one concept is the preferred label of another: the tagger cannot tell them apart."""
    owners = _pref_owners(checked)
    for concept in checked.in_use:
        for label in concept.labels:
            others = [uri for uri in owners.get((label.language, label.value.casefold()), ()) if uri != concept.uri]
            if label.kind == "alt" and others:
                text = f"Its word “{label.value}” is the preferred label of {checked.name(others[0])}."
                yield Finding(8, "warning", concept.uri, text)


def no_orphan(checked: Checked) -> Iterator[Finding]:
    """Rule 9: neither a top concept nor connected with any other."""
    linked = [one for one in checked.in_use if one.broader or one.related]
    connected = {uri for one in linked for uri in (one.uri, *one.broader, *one.related)}
    for concept in checked.in_use:
        if not concept.top and concept.uri not in connected:
            yield Finding(9, "warning", concept.uri, "It is connected with no other concept.")


def tops_on_top(checked: Checked) -> Iterator[Finding]:
    """Rule 10: a top concept with a broader one, or a connected concept below no top concept."""
    tops = {concept.uri for concept in checked.scheme.tops()}
    parents = {uri for concept in checked.in_use for uri in concept.broader}
    for concept in checked.in_use:
        inside = concept.broader or concept.uri in parents
        if concept.top and concept.broader:
            text = f"It is a top concept, but below {checked.name(concept.broader[0])}."
            yield Finding(10, "error", concept.uri, text)
        elif tops and not concept.top and inside and not tops & set(checked.scheme.ancestors(concept.uri)):
            yield Finding(10, "error", concept.uri, "It is below no top concept.")
    if not tops and parents:
        yield Finding(10, "error", checked.scheme.uri, "The scheme has no top concepts.")


def no_redundant_broader(checked: Checked) -> Iterator[Finding]:
    """Rule 11: a broader concept that is reached over another one too."""
    for concept in checked.in_use:
        for uri in concept.broader:
            over = [other for other in concept.broader if other != uri and uri in checked.scheme.ancestors(other)]
            if over:
                text = f"{checked.name(uri)} is broader already by way of {checked.name(over[0])}."
                yield Finding(11, "info", concept.uri, text)


def deprecated_says_why(checked: Checked) -> Iterator[Finding]:
    """Rule 12: deprecated without a successor and without a history, change or editorial note; an error in ours."""
    for concept in checked.scheme:
        noted = any(note.kind in ("history", "change", "editorial") for note in concept.notes)
        if concept.deprecated and not concept.replaced_by and not noted:
            text = "It is deprecated, without a successor or a note that says why."
            yield Finding(12, "error" if checked.ours else "warning", concept.uri, text)


def successors_in_use(checked: Checked) -> Iterator[Finding]:
    """Rule 13: replaced by a concept that is deprecated itself (a chain or a loop) or unknown."""
    for concept in checked.scheme:
        for uri in concept.replaced_by:
            other = checked.scheme.concepts.get(uri)
            if other is not None and other.deprecated:
                yield Finding(13, "error", concept.uri, f"Its successor {checked.name(uri)} is deprecated too.")
            elif other is None and _namespace(uri) in _namespaces(checked.scheme):
                yield Finding(13, "error", concept.uri, f"Its successor {uri} is not defined.")


def targets_exist(checked: Checked) -> Iterator[Finding]:
    """Rule 14: a relation or a mapping to a concept of the scheme's own that is not defined."""
    spaces = _namespaces(checked.scheme)
    for concept in checked.scheme:
        for uri in (*concept.broader, *concept.related, *(match.target for match in concept.mappings)):
            if uri not in checked.scheme.concepts and _namespace(uri) in spaces:
                yield Finding(14, "error", concept.uri, f"It points to {uri}, which is not defined.")


def related_both_ways(checked: Checked) -> Iterator[Finding]:
    """Rule 15: related to itself (error), or one way only (warning). Mended by repairs.fix."""
    for concept in checked.scheme:
        for uri in concept.related:
            other = checked.scheme.concepts.get(uri)
            if uri == concept.uri:
                yield Finding(15, "error", concept.uri, "It is related to itself.")
            elif other is not None and concept.uri not in other.related:
                text = f"It is related to {checked.name(uri)}, but not the other way round."
                yield Finding(15, "warning", concept.uri, text)


def mappings_agree(checked: Checked) -> Iterator[Finding]:
    """Rule 16: two concepts match one target exactly (warning); exact together with another kind (error, SKOS S46)."""
    exact: dict[str, list[str]] = defaultdict(list)
    for concept in checked.in_use:
        kinds: dict[str, set[str]] = defaultdict(set)
        for match in concept.mappings:
            kinds[match.target].add(match.kind)
        for target, found in kinds.items():
            if "exact" in found:
                exact[target].append(concept.uri)
                if found & {"broad", "narrow", "related"}:
                    yield Finding(16, "error", concept.uri, f"It matches {target} exactly and not exactly at once.")
    for target, uris in exact.items():
        for uri in uris[1:]:
            text = f"It matches {target} exactly, and so does {checked.name(uris[0])}."
            yield Finding(16, "warning", uri, text)


def clean_labels(checked: Checked) -> Iterator[Finding]:
    """Rule 17: odd white space or control characters in a label. Mended by repairs.fix."""
    for concept in checked.scheme:
        for label in concept.labels:
            if ODD.search(label.value):
                text = f"The label “{tidy(label.value)}” has odd white space or characters that cannot be seen."
                yield Finding(17, "warning", concept.uri, text)


def labels_with_meaning(checked: Checked) -> Iterator[Finding]:
    """Rule 18: a one-word label that is a common word of its language."""
    for concept in checked.in_use:
        for label in concept.labels:
            if label.value.strip().lower() in COMMON_WORDS.get(label.language, ()):
                text = f"“{label.value}” is a common word in “{label.language}”: it needs context to say this topic."
                yield Finding(18, "warning", concept.uri, text)


RULES: Final[tuple[Callable[[Checked], Iterable[Finding]], ...]] = (
    one_pref_label,
    labels_once,
    no_cycle,
    related_not_above,
    has_labels,
    known_languages,
    distinct_pref_labels,
    alt_is_no_pref,
    no_orphan,
    tops_on_top,
    no_redundant_broader,
    deprecated_says_why,
    successors_in_use,
    targets_exist,
    related_both_ways,
    mappings_agree,
    clean_labels,
    labels_with_meaning,
)
"""The rules of vocabulary.md 2.2 in their order: RULES[0] is rule 1."""


def _cycles(scheme: Scheme) -> Iterator[tuple[str, ...]]:
    # Depth-first with a stack of our own: a deep hierarchy must not meet Python's limit of recursion.
    done: set[str] = set()
    for start in scheme.concepts:
        path: dict[str, None] = {}
        stack: list[tuple[str, bool]] = [(start, False)]
        while stack:
            uri, leaving = stack.pop()
            if leaving:
                del path[uri]
                done.add(uri)
            elif uri in path:
                steps = list(path)
                yield tuple(steps[steps.index(uri) :])
            elif uri not in done and uri in scheme.concepts:
                path[uri] = None
                stack.append((uri, True))
                stack.extend((above, False) for above in reversed(scheme.concepts[uri].broader))


def _by_language(concept: Concept, kind: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for label in concept.labels:
        if label.kind == kind:
            found[label.language].append(label.value)
    return found


def _pref_owners(checked: Checked) -> dict[tuple[str, str], list[str]]:
    owners: dict[tuple[str, str], list[str]] = defaultdict(list)
    for concept in checked.in_use:
        for label in dict.fromkeys(one for one in concept.labels if one.kind == "pref"):
            owners[label.language, label.value.casefold()].append(concept.uri)
    return owners


def _is_tag(language: str) -> bool:
    matched = _TAG.match(language)
    return matched is not None and (len(matched[1]) == 3 or matched[1] in LANGUAGE_CODES)


def _namespace(uri: str) -> str:
    return uri[: max(uri.rfind("/"), uri.rfind("#")) + 1]


def _namespaces(scheme: Scheme) -> set[str]:
    return {_namespace(uri) for uri in scheme.concepts}


def _list(values: Iterable[str]) -> str:
    return ", ".join(f"“{value}”" for value in values)
