"""Finding matches by their first letters finds what analysing every word finds."""

import random
import re

import pytest

from hub.index.analysis import FIELDS, Analysis
from hub.index.base import PUBLIC, Clause, Expansion, Query, Span
from hub.index.marking import LENGTH, Finder, Marker

TEXTS = {
    "en": "Studies of dying, tying and lying skies; a sky’s study. Housing, housed HOUSES: news, hopping, hoping, ﬁre.",
    "nl": "Brood en broden, manen en maan, stroomt, gemeentelijke gemeenten; ĳs IJS koningĳnen, één oorlogen, vreemd.",
    "sv": "Åtgärder, åtgärd, löst, fullt, hemtjänsten, ÄLDRE städernas städer, öppen öppnas och ärenden i kö.",
    "de": "Straßen, Straße, STRASSE, Häuser, Haus, Äpfel, geprüft, Grüße, Größe, Maß, ßa, Œuvre, aß, übermäßig.",
    "cy": "Gynghorau a chynghorau, ysgolion, tŷ, tŵr, dŵr.",
    "xx": "Déchets ménagers, Œuvres, œuf, Æther, æ, Łódź, Ýmir, слово, Слово, ΛΟΓΟΣ, İstanbul, x_y, a1b2.",
}


@pytest.mark.parametrize("language", FIELDS)
def test_no_form_is_missed(language: str) -> None:
    analysis = Analysis()
    words = re.findall(r"[^\W_]+", TEXTS[language])
    for word in words:
        wanted = frozenset(analysis.words(word, language))
        found = [
            TEXTS[language][start:end]
            for start, end, _ in Finder(wanted, [], language, analysis).matches(TEXTS[language])
        ]
        expected = [one for one in words if analysis.word(one, language) in wanted]
        assert found == expected, word


def test_several_words_at_once_are_each_found() -> None:
    analysis = Analysis()
    for language, text in TEXTS.items():
        words = [analysis.word(word, language) for word in re.findall(r"[^\W_]+", text)]
        finder = Finder(frozenset(words), [], language, analysis)
        assert [word for _, _, word in finder.matches(text)] == [word for word in words if word]


def test_the_spans_are_the_text() -> None:
    chance = random.Random(3)
    for _ in range(200):
        text = " ".join(chance.choices(["damp", "Damp,", "homes", "\n", "  ", "ä", "x" * 90, "(damp)", "a_damp"], k=60))
        marker = Marker(Query(rights=PUBLIC, clauses=(Clause("damp"), Clause("home"))), Analysis())
        assert "".join(span.text for span in marker.line(text, "en")) == text
        extract = marker.extract(text, "en")
        assert len("".join(span.text for span in extract)) <= LENGTH + 4
        assert all(span.text for span in extract)
        assert all(span.text.lower() in ("damp", "homes") for span in extract if span.marked)


def test_without_words_the_beginning_is_shown() -> None:
    marker = Marker(Query(rights=PUBLIC), Analysis())
    assert marker.extract("A short text.", "en") == (Span("A short text.", False),)
    assert marker.extract("", "en") == ()
    assert marker.line("", "en") == ()
    long = "".join(span.text for span in marker.extract("word " * 100, "en"))
    assert long.endswith("word …")


def test_other_words_of_a_topic_are_marked_where_they_stand_together() -> None:
    labels = (
        *(("en", "damp homes", 0.3), ("en", "damp in homes of tenants", 0.3)),
        *(("nl", "vocht en schimmel", 1.0), ("nl", "schimmel in woningen", 0.7)),
    )
    topic = Expansion("HOU.1", labels, ("mould",))
    marker = Marker(Query(rights=PUBLIC, clauses=(Clause("mould"),), expansions=(topic,)), Analysis())

    def marked(text: str, language: str) -> list[str]:
        return [span.text for span in marker.line(text, language) if span.marked]

    assert marked("Mould in 300 homes; a damp cellar", "en") == ["Mould"]
    assert marked("Damp homes and mould, homes that were damp", "en") == ["Damp", "homes", "mould", "homes", "damp"]
    assert marked("Homes of tenants", "en") == []
    assert marked("Meer woningen: vocht, geen schimmel in woningen", "nl") == ["vocht", "schimmel", "woningen"]
