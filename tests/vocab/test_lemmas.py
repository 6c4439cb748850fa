"""Words that are compared: lemmas, stems, Welsh mutations, compounds, and which language a text is in."""

import shutil
from pathlib import Path

import pytest

from tests.vocab.loaded import CACHE, lemmas
from vocab.lemmas import Lemmas, build_tries, compound_parts, fold, radical_forms

WELSH = (
    "Mae'r cyngor wedi dechrau casglu gwastraff bwyd o gartrefi yn y sir bob wythnos, ac mae trigolion yn cael cadis "
    "newydd i'w defnyddio. Bydd y gwasanaeth ar gael i bob cartref erbyn mis Mawrth."
)
FRENCH = (
    "Le conseil municipal a décidé de collecter les déchets plus souvent dans les quartiers de la ville pour les "
    "habitants, et de nettoyer les places de jeux pendant les mois d'été."
)


@pytest.mark.parametrize(
    ("mutated", "lemma"),
    [("ofal", "gofal"), ("ngofal", "gofal"), ("dai", "ty"), ("wastraff", "gwastraff"), ("gynghorau", "cyngor"),
     ("nghyngor", "cyngor"), ("chyngor", "cyngor"), ("blant", "plentyn"), ("thân", "tan"), ("lwydni", "llwydni")],
)  # fmt: skip
def test_welsh_mutations_are_undone(mutated: str, lemma: str) -> None:
    assert lemmas().word(mutated, "cy") == lemma


@pytest.mark.parametrize(
    ("mutated", "radical"),
    [("ofal", "gofal"), ("ngofal", "gofal"), ("dai", "tai"), ("wastraff", "gwastraff"), ("gynghorau", "cynghorau"),
     ("nghyngor", "cyngor"), ("mhlant", "plant"), ("nhref", "tref"), ("phobl", "pobl"), ("thai", "tai"),
     ("ddysgu", "dysgu"), ("fwyd", "bwyd"), ("fam", "mam"), ("lwydni", "llwydni"), ("rwyd", "rhwyd"),
     ("mwyd", "bwyd"), ("nŵr", "dŵr"), ("hysgol", "ysgol")],
)  # fmt: skip
def test_radical_forms_hold_the_unmutated_word(mutated: str, radical: str) -> None:
    assert radical in set(radical_forms(mutated))


@pytest.mark.parametrize(
    ("word", "language", "same"),
    [("gemeenten", "nl", "gemeente"), ("kommunerna", "sv", "kommun"), ("Wohnungen", "de", "Wohnung"),
     ("councils", "en", "council"), ("STRASSEN", "de", "Straßen"), ("flytippers", "en", "flytipper")],
)  # fmt: skip
def test_forms_of_a_word_meet(word: str, language: str, same: str) -> None:
    assert lemmas().word(word, language) == lemmas().word(same, language) != ""


def test_function_words_and_clitics_are_left_out() -> None:
    assert lemmas().words("the quality of the council's water isn't", "en") == ("quality", "council", "water")
    assert lemmas().words("Rhyddhau o'r ysbyty a’r gofal", "cy") == ("rhyddhau", "ysbyty", "gofal")


def test_ends_of_sentences_keep_words_apart() -> None:
    assert [token.word for token in lemmas().tokens("Waste. Collection", "en")] == ["waste", "", "collection"]


def test_index_words_keep_every_word_and_number() -> None:
    assert lemmas().index_words("Mae 12 o dai yn 2026", "cy") == "mae 12 o ty yn 2026"


def test_folding_reaches_letters_that_are_no_accents() -> None:
    assert fold("ŒUVRE Straße Åö Løgn") == "oeuvre strasse ao logn"


def test_compounds_are_split_at_known_words_only() -> None:
    labels = {"thuiszorg", "afval", "kind"}
    assert compound_parts("thuiszorgpool", "nl", labels) == ("thuiszorg",)
    assert compound_parts("keukenafval", "nl", labels) == ("afval",)
    assert compound_parts("kinderopvang", "nl", labels) == ()
    assert compound_parts("thuiszorgpool", "en", labels) == ()


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [(WELSH, "en", "cy"), (WELSH, "", "cy"), (FRENCH, "fr", "fr"), (FRENCH, "", ""), ("Fly-tipping", "en-GB", "en"),
     ("Thuiszorg voor ouderen", "", "nl"), ("", "sv", "sv"), ("", "", ""), ("Thuiszorg voor ouderen", "en", "en")],
)  # fmt: skip
def test_detected_beats_declared_only_where_it_is_sure(text: str, declared: str, language: str) -> None:
    assert lemmas().language_of(text, declared) == language


def test_tries_are_built_once(tmp_path: Path) -> None:
    folder = build_tries(CACHE)
    copy = tmp_path / folder.name
    shutil.copytree(folder, copy)
    before = {path.name: path.stat().st_mtime_ns for path in copy.glob("*.dic")}
    assert build_tries(tmp_path) == copy
    assert {path.name: path.stat().st_mtime_ns for path in copy.glob("*.dic")} == before
    assert len(before) == 5


def test_a_missing_trie_is_built_and_nothing_unfinished_stays(tmp_path: Path) -> None:
    copy = tmp_path / build_tries(CACHE).name
    shutil.copytree(build_tries(CACHE), copy)
    (copy / "cy.dic").unlink()
    assert Lemmas(tmp_path).word("gynghorau", "cy") == "cyngor"
    assert not (copy / "unfinished").exists()
