"""Finding labels in texts and in queries."""

from tests.vocab.loaded import BASE, common, concept, lemmas, scheme
from vocab.labels import LabelIndex, is_acronym, translations, words_of
from vocab.scheme import Scheme


def _index(*concepts: str | tuple[str, ...]) -> LabelIndex:
    made = [concept(f"c{number}", *([one] if isinstance(one, str) else one)) for number, one in enumerate(concepts)]
    return LabelIndex(scheme(*made), lemmas())


def _found(index: LabelIndex, text: str, language: str = "en") -> list[list[str]]:
    met = index.find(lemmas().tokens(text, language), language)
    return [[uri.removeprefix(BASE) for uri in one.concepts] for one in met]


def test_words_may_stand_in_any_order_when_adjacent() -> None:
    index = _index("Water quality@en")
    assert _found(index, "the quality of the water") == [["c0"]]
    assert _found(index, "Water. Quality") == []
    assert _found(index, "water of good quality") == []


def test_a_closer_label_beats_one_in_another_order() -> None:
    index = _index("Home care@en", "Care homes@en", "Care at home@en")
    assert [_found(index, text) for text in ("home care", "a care home", "care at home")] == [
        [["c0"]],
        [["c1"]],
        [["c2"]],
    ]


def test_the_longest_label_hides_shorter_ones_inside() -> None:
    assert _found(_index("Waste@en", "Food waste@en"), "food waste and other waste") == [["c1"], ["c0"]]


def test_one_label_of_two_concepts_is_ambiguous() -> None:
    assert _found(_index("Support@en", "Support@en"), "support") == [["c0", "c1"]]


def test_acronyms_match_capitals_in_texts_and_anything_in_queries() -> None:
    index = _index(("Artificial intelligence@en", "hidden:AI@en"))
    assert _found(index, "AI in councils") == [["c0"]]
    assert _found(index, "Ai, ai") == []
    assert [one.words for one in index.concepts_in_query("ai")] == ["ai"]
    assert [is_acronym(one) for one in ("FOI", "PCSOs", "Energy", "e-bike")] == [True, True, False, False]


def test_qualifiers_are_no_part_of_a_label() -> None:
    assert _found(_index("Mercury (metal)@en"), "mercury in lamps") == [["c0"]]


def test_labels_that_lose_their_function_words_are_not_found_everywhere() -> None:
    assert _found(_index("Under fives@en", "4G@en"), "from five branches, g") == []


def test_compounds_are_met_in_part() -> None:
    met = _index("Thuiszorg@nl").find(lemmas().tokens("de thuiszorgpool", "nl"), "nl")
    assert [one.part for one in met] == [True]


def test_unknown_languages_match_nothing() -> None:
    assert _index("Water@en").find(lemmas().tokens("water", "en"), "fr") == []


def test_deprecated_concepts_are_not_found() -> None:
    index = LabelIndex(scheme(concept("c0", "Water@en", deprecated=True)), lemmas())
    assert _found(index, "water") == []


def test_a_subject_may_be_part_of_a_joined_label() -> None:
    index = _index("Parking and car parks@en")
    assert [one.concept for one in index.whole("parking", "en")] == [f"{BASE}c0"]
    assert _found(index, "parking") == []


def _names(query: str) -> set[tuple[str, str]]:
    index = LabelIndex(common(), lemmas())
    return {
        (one.language, common().concepts[uri].notation)
        for one in index.concepts_in_query(query)
        for uri in one.concepts
    }


def test_a_query_names_concepts_in_every_language() -> None:
    assert _names("food waste") == {("en", "WAS.3")}
    assert _names("thuiszorg") == {("nl", "ASC.1")}
    assert ("en", "DIG.2") in _names("intranet")
    assert ("nl", "DIG.2") in _names("intranet")
    assert _names("gofal cartref") == {("cy", "ASC.1")}


def test_a_query_keeps_the_words_that_named_a_concept() -> None:
    named = LabelIndex(common(), lemmas()).concepts_in_query("cameras against fly tipping")
    assert [one.words for one in named] == ["fly tipping"]


def test_common_words_count_only_in_the_language_of_the_query() -> None:
    assert ("en", "HOU.1") in _names("damp in council homes")
    assert _names("meer") == set()


def test_words_of_a_concept_have_weights_and_stand_once() -> None:
    one = concept("a", "Home care@en", "alt:Homecare@en", "hidden:HC@en", "Thuiszorg@nl")
    assert words_of(one, "en") == (("Home care", 1.0), ("Homecare", 0.7), ("HC", 0.5))
    assert translations(one, but="en") == {"nl": "Thuiszorg"}


def test_an_empty_scheme_has_no_labels() -> None:
    index = LabelIndex(Scheme(BASE), lemmas())
    assert index.concepts_in_query("water") == []
    assert index.labels_of(f"{BASE}a", "en") == ()
