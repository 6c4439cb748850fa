"""Which topics a search's words name, what they bring along, and what the page says about it."""

from dataclasses import replace
from pathlib import Path

import pytest

from hub.index.base import OWN_LABEL
from hub.search.expand import MOST_LABELS, MOST_TOPICS, Expander
from hub.topics.service import Vocabulary, store_scheme
from tests.hub.site import Site, empty_site
from tests.people import World
from tests.vocab.loaded import CACHE, common


@pytest.fixture(scope="module")
def expander(site: Site) -> Expander:
    return Expander(Vocabulary(site.database), CACHE)


@pytest.mark.parametrize(
    ("words", "topics"),
    [
        ("damp and mould", ["HOU.1"]),
        ("mould", ["HOU.1"]),
        ("gwastraff bwyd", ["WAS.3"]),
        ("food waste in flats", ["WAS.3"]),
        ("zebra", []),
        ("", []),
    ],
)
def test_words_in_any_language_name_their_topic(expander: Expander, words: str, topics: list[str]) -> None:
    assert [one.topic for one in expander.expand(words)] == topics


def test_other_languages_weigh_more_than_other_words_of_ones_own(expander: Expander) -> None:
    (food,) = expander.expand("food waste")
    weights = {language: [] for language, _, _ in food.labels} | {"en": [], "cy": []}
    for language, _, weight in food.labels:
        weights[language].append(weight)
    assert max(weights["cy"]) == 1
    assert max(weights["en"]) <= OWN_LABEL, "or results drift away from what was typed"
    assert food.replaces == ("food", "waste")
    assert all(len(found) <= MOST_LABELS for found in weights.values())


def test_what_was_typed_is_not_searched_twice(expander: Expander) -> None:
    (food,) = expander.expand("Food Waste")
    assert ("en", "food waste") not in {(language, word.casefold()) for language, word, _ in food.labels}


def test_a_search_is_widened_by_few_topics(expander: Expander) -> None:
    named = expander.expand("food waste damp and mould home fire safety homelessness prevention school transport")
    assert len(named) == MOST_TOPICS
    assert len({one.topic for one in named}) == MOST_TOPICS


def test_the_line_says_the_topic_its_neighbours_and_what_was_searched_too(expander: Expander) -> None:
    (line,) = expander.line(expander.expand("food waste"))
    assert (line.notation, line.name) == ("WAS.3", "Food waste")
    assert line.broader == (("WAS", "Waste and recycling"),)
    assert line.narrower == ()
    assert ("cy", "Gwastraff bwyd") in line.also
    assert "en" not in dict(line.also)


def test_the_line_of_a_wide_topic_names_at_most_four_closer_ones(expander: Expander) -> None:
    (line,) = expander.line(expander.expand("waste and recycling"))
    assert (line.broader, len(line.narrower)) == ((), 4)


def test_a_new_word_is_known_as_soon_as_the_vocabulary_has_it(hub: World) -> None:
    vocabulary = Vocabulary(hub.database, look_every=0)
    expander = Expander(vocabulary, CACHE)
    assert expander.expand("food waste") == ()
    scheme = common()
    with hub.database.writing() as session:
        store_scheme(session, scheme)
    assert [one.topic for one in expander.expand("food waste")] == ["WAS.3"]
    concepts = dict(scheme.concepts)
    uri = next(concept.uri for concept in scheme if concept.notation == "WAS.3")
    concepts[uri] = replace(concepts[uri], deprecated=True)
    with hub.database.writing() as session:
        store_scheme(session, replace(scheme, concepts=concepts))
    assert [one.topic for one in expander.expand("food waste")] != ["WAS.3"]


def test_a_hub_without_topics_searches_words_alone(tmp_path: Path) -> None:
    with empty_site(tmp_path / "hub") as bare:
        with bare.database.writing() as session:
            store_scheme(session, replace(common(), concepts={}))
        page = bare.page("/search?q=food+waste")
        assert page.status == 200
        assert "Your words match" not in page.words
