"""The words of both engines: which of the server's stems may differ from ours, and that nothing else does."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from rdflib import Graph, Literal

from hub.index.analysis import FIELDS, analyzer
from hub.index.opensearch.address import read_address
from hub.index.opensearch.server import WRITING, Server
from hub.index.opensearch.shape import as_written, body

pytestmark = pytest.mark.server

SCHEMES = Path(__file__).parents[2] / "vocab" / "schemes"

ALLOWED: Final = {
    "en": {
        "emergenc": "emerg",
        "internal": "intern",
        "internat": "intern",
        "universal": "univers",
        "organic": "organ",
        "archaeolog": "archaeologist",
        "i\u0307": "i",  # The Turkish İ: no stem, but one letter and a dot to us.
    },
    "sv": {"idebur": "ideburet", "intranat": "intranatet"},
    "de": {"budg": "budget", "intran": "intranet", "sozialintran": "sozialintranet"},
}
"""Our stem and the server's. Snowball 3 (tantivy) has rules and exceptions that Snowball 2 (Lucene 10) has not yet.

Both find a word in its own form; what differs is which other forms come along. A new label of the vocabulary with
another difference belongs here. Dutch has none: its stems are made by us for both, as Welsh lemmas are.
"""

TEXTS: Final = {
    "en": "The archaeologist's emergency, organics & universal credit: a_b 1.5 don’t E-mail x.y ﬁre 2026-11-24 İ",
    "cy": "Gwasanaethau’r cyngor: tŷ, dŵr a llyfrgelloedd",
    "nl": "De gemeenten bieden huishoudelijke hulp; Oekraïense coördinatie, leerlingenvervoer",
    "sv": "Åtgärder för hemtjänsten på intranätet i äldre städer",
    "de": "Die Häuser an der Straße: Maßnahmen, Über­prüfung, Bürgerbüros",
    "xx": "Les déchets ménagers à Orléans, l'été; ČESKÁ Łódź Dźwięk æther œuvre þing 日本語 текст",
}


@pytest.fixture(scope="module")
def server(opensearch_node: str) -> Iterator[Server]:
    made = Server(read_address(opensearch_node), WRITING)
    made.ask("PUT", "/test-words", body())
    yield made
    made.ask("DELETE", "/test-words")


def theirs(server: Server, text: str, language: str) -> list[str]:
    """The words of a document's text as the server indexes them."""
    asked = {"analyzer": language, "text": as_written(text, language)}
    return [one["token"] for one in server.ask("POST", "/test-words/_analyze", asked)["tokens"]]


def differences(server: Server, text: str, language: str) -> dict[str, str]:
    """{our word: the server's} where they differ."""
    ours, others = analyzer(language).analyze(text), theirs(server, text, language)
    assert len(ours) == len(others), "both find the same words"
    return {our: other for our, other in zip(ours, others, strict=True) if our != other}


@pytest.mark.parametrize("language", FIELDS)
def test_texts_become_the_same_words_but_for_the_allowed_stems(server: Server, language: str) -> None:
    found = differences(server, TEXTS[language], language)
    assert found.items() <= ALLOWED.get(language, {}).items()


@pytest.mark.parametrize("language", FIELDS[:-1])
def test_every_label_of_the_vocabulary_becomes_the_same_words_but_for_the_allowed_stems(
    server: Server, language: str
) -> None:
    graph = Graph()
    for file in SCHEMES.glob("*.ttl"):
        graph.parse(file)
    labels = [str(one) for one in graph.objects() if isinstance(one, Literal) and one.language == language]
    words = sorted({word for label in labels for word in re.findall(r"[^\W\d_]+", label)})
    assert len(words) > 300
    found = differences(server, " ".join(words), language)
    assert found.items() <= ALLOWED.get(language, {}).items()
    assert len(found) / len(words) < 0.01


@pytest.mark.parametrize("language", FIELDS)
def test_words_are_folded_before_they_are_stemmed(server: Server, language: str) -> None:
    for written, folded in (("hemtjänsten", "hemtjansten"), ("geprüfte", "geprufte"), ("coördinaties", "coordinaties")):
        assert theirs(server, written, language) == theirs(server, folded, language)


def test_words_too_long_to_be_one_are_left_out_by_both(server: Server) -> None:
    for length in (79, 80, 81, 70_000):
        text = f"damp {'x' * length} mould"
        assert theirs(server, text, "en") == list(analyzer("en").analyze(text))
