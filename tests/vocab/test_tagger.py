"""What the tagger suggests and why."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.vocab.loaded import BASE, CACHE, common, concept, lemmas, scheme, tagger
from vocab import tagger as module
from vocab.errors import SchemeError, TaggerNotLoaded
from vocab.scheme import Concept, Match
from vocab.tagger import LabelTagger, Suggestion, Tagger, floor, shortened
from vocab.values import scheme_to_json


def _tagger(*concepts: Concept, **more: object) -> LabelTagger:
    return LabelTagger(scheme(*concepts), lemmas(), **more)  # type: ignore[arg-type]


def _names(found: tuple[Suggestion, ...]) -> list[str]:
    return [one.concept.removeprefix(BASE) for one in found]


WASTE = concept("waste", "Food waste@en", "alt:leftovers@en", "Voedselafval@nl")
BUS = concept("bus", "Bus services@en")


def test_a_suggestion_says_why() -> None:
    (one,) = _tagger(WASTE).suggest(
        "Food waste in Leeds", "We weigh leftovers. Leftovers fell.", "en", 5, ["food waste"]
    )
    told = [(reason.label, reason.place, reason.language, reason.count) for reason in one.reasons]
    assert told == [("Food waste", "title", "en", 2), ("leftovers", "text", "en", 2)]
    assert {reason.concept for reason in one.reasons} == {one.concept}


def test_a_title_says_more_than_a_text() -> None:
    found = _tagger(WASTE, BUS).suggest("Food waste", "The bus services run late.", "en", 5)
    assert _names(found) == ["waste", "bus"]
    assert found[0].score > found[1].score


def test_the_publishers_own_subject_is_a_candidate_in_any_language() -> None:
    found = _tagger(WASTE).suggest("Jaarverslag", "Niets bijzonders.", "nl", 5, ["food waste"])
    assert [(one.place, one.language) for one in found[0].reasons] == [("subject", "en")]
    assert _names(_tagger(WASTE).suggest("", "", "", 5, ["voedselafval"])) == ["waste"]


def test_a_text_in_an_unknown_language_is_tagged_by_its_subjects_only() -> None:
    assert _tagger(WASTE).suggest("Food waste", "food waste", "fr", 5) == ()


def test_a_common_word_alone_needs_context() -> None:
    made = _tagger(concept("plan", "Plan@en", "alt:planning of towns@en"))
    assert made.suggest("A report", "The plan is good and the plan is long. " * 20, "en", 5) == ()
    assert _names(made.suggest("The plan", "It is good.", "en", 5)) == ["plan"]
    assert _names(made.suggest("A report", "The plan for planning of towns.", "en", 5)) == ["plan"]


def test_a_broader_topic_is_left_out_beside_a_narrower_one() -> None:
    made = _tagger(concept("top", "Waste@en"), replace(WASTE, broader=(f"{BASE}top",), top=False))
    assert _names(made.suggest("Food waste", "Less waste.", "en", 5)) == ["waste"]


def test_rarer_concepts_score_higher() -> None:
    idf = {f"{BASE}waste": 1.0, f"{BASE}bus": 3.0}
    found = _tagger(WASTE, BUS, idf=idf).suggest("Bus services and food waste", "", "en", 5)
    assert _names(found) == ["bus", "waste"]


def test_a_finer_concept_rolls_up_and_stays_named() -> None:
    fine = replace(
        scheme(
            replace(concept("fine", "Compost bins@en"), uri="urn:fine", mappings=(Match("broad", f"{BASE}waste"),)),
            replace(concept("finer", "Wormeries@en"), uri="urn:finer", broader=("urn:fine",), top=False),
        ),
        uri="urn:layer",
    )
    made = _tagger(WASTE, layers=[fine])
    (one,) = made.suggest("Compost bins", "Wormeries too.", "en", 5)
    assert _names((one,)) == ["waste"]
    assert [reason.concept for reason in one.reasons] == ["urn:fine"]
    assert _names(made.suggest("Wormeries", "", "en", 5)) == ["waste"]


def test_the_limit_holds_and_answers_are_the_same_each_time() -> None:
    text = "Flooding, recycling, homelessness prevention, domestic abuse, knife crime, fly-tipping and museums. " * 3
    assert len(tagger().suggest("Report", text, "en", 3)) == 3
    assert tagger().suggest("Report", text, "en", 8) == tagger().suggest("Report", text, "en", 8)


def test_only_the_beginning_and_the_headings_of_a_long_text_are_read() -> None:
    long = "word " * 5000 + "\n# Food waste\nbus services\n"
    assert shortened(long).endswith("# Food waste")
    assert "bus services" not in shortened(long)


def test_short_texts_have_a_lower_floor() -> None:
    assert floor(20) < floor(200) < floor(300) == floor(3000)


def test_nothing_is_suggested_for_nothing() -> None:
    assert tagger().suggest("", "", "en", 5) == ()
    assert tagger().suggest("", "", "", 5, ["", "  "]) == ()


def test_the_label_tagger_is_a_tagger() -> None:
    made: Tagger = tagger()
    assert made.suggest("Flooding", "", "en", 1)


@pytest.fixture
def holder() -> object:
    before = module._Holder.tagger
    yield module._Holder
    module._Holder.tagger = before


def test_a_label_file_is_loaded_once_for_the_process(tmp_path: Path, holder: object) -> None:
    path = tmp_path / "labels.json"
    for value in (scheme_to_json(common()), {"scheme": scheme_to_json(common()), "idf": {"x": 2}, "layers": []}):
        path.write_text(json.dumps(value), "utf-8")
        module.load(path, CACHE)
        assert module.is_loaded()
        assert module.loaded().suggest("Flooding", "", "en", 1)


def test_without_labels_there_is_no_tagger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module._Holder, "tagger", None)
    with pytest.raises(TaggerNotLoaded):
        module.loaded()


def test_a_broken_label_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "labels.json"
    path.write_text("[]", "utf-8")
    with pytest.raises(SchemeError):
        module.load(path, CACHE)
