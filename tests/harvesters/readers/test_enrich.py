"""Enriching records: in this process with a tagger loaded, and in a real sandbox child."""

import json
from pathlib import Path
from typing import Any

import pytest

from harvesters.readers import Refusal
from harvesters.readers.enrich import read
from harvesters.sandbox import Sandbox
from tests.vocab.loaded import CACHE, common, tagger
from vocab import tagger as module
from vocab.lemmas import build_tries
from vocab.values import scheme_to_json

WELSH = {
    "title": "Casglu gwastraff bwyd",
    "text": "Mae'r cyngor wedi dechrau casglu gwastraff bwyd o gartrefi yn y sir bob wythnos, ac mae trigolion yn cael "
    "cadis newydd i'w defnyddio. Bydd y gwasanaeth ar gael i bob cartref erbyn mis Mawrth.",
    "language": "en",
    "subjects": ["food waste"],
}
ENGLISH = {"title": "Fly-tipping cameras", "text": "Fly-tipping fell at nine sites. " * 10, "language": "en"}


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module._Holder, "tagger", tagger())


def _enriched(*items: dict[str, Any], limit: int = 5) -> list[dict[str, Any]]:
    answer: list[dict[str, Any]] = read(json.dumps({"items": items, "limit": limit}).encode())["items"]
    return answer


def _notations(item: dict[str, Any]) -> list[str]:
    return [common().concepts[tag["concept"]].notation for tag in item["tags"]]


@pytest.mark.usefixtures("loaded")
def test_welsh_records_get_words_for_the_index() -> None:
    (item,) = _enriched(WELSH)
    assert item["language"] == "cy"
    assert item["title_lemmas"] == "casglu gwastraff bwyd"
    assert item["lemmas"].startswith("casglu gwastraff bwyd mae cyngor")


@pytest.mark.usefixtures("loaded")
def test_other_records_leave_their_words_to_the_index() -> None:
    (item,) = _enriched(ENGLISH)
    assert (item["language"], item["lemmas"], item["title_lemmas"]) == ("en", "", "")


@pytest.mark.usefixtures("loaded")
def test_tags_come_with_reasons() -> None:
    first, second = _enriched(WELSH, ENGLISH)
    assert (_notations(first), _notations(second)) == (["WAS.3"], ["WAS.4"])
    assert first["tags"][0]["reasons"][0] == {
        "label": "casglu gwastraff bwyd",
        "place": "title",
        "language": "cy",
        "concept": first["tags"][0]["concept"],
        "count": 2,
    }


@pytest.mark.usefixtures("loaded")
def test_the_limit_of_the_request_holds() -> None:
    item = {**ENGLISH, "text": "Flooding. Recycling. Knife crime. Domestic abuse. Homelessness prevention. " * 3}
    assert len(_enriched(item, limit=2)[0]["tags"]) == 2


@pytest.mark.usefixtures("loaded")
def test_the_fingerprint_is_of_the_text() -> None:
    (item,) = _enriched(WELSH)
    assert item["fingerprint"] == sorted(item["fingerprint"])
    assert item["fingerprint"]


@pytest.mark.usefixtures("loaded")
def test_an_item_with_nothing_in_it_is_no_fault() -> None:
    (item,) = _enriched({})
    assert item == {"language": "", "tags": [], "lemmas": "", "title_lemmas": "", "fingerprint": []}


def test_without_a_tagger_the_declared_language_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module._Holder, "tagger", None)
    (item,) = _enriched(WELSH)
    assert (item["language"], item["tags"]) == ("en", [])
    assert item["fingerprint"]


@pytest.mark.parametrize("data", [b"", b"[]", b'{"limit": 3}', b"\xff"])
def test_a_broken_request_is_refused(data: bytes) -> None:
    with pytest.raises(Refusal):
        read(data)


def test_a_sandbox_child_enriches_without_touching_files(tmp_path: Path) -> None:
    build_tries(CACHE)
    labels = tmp_path / "labels.json"
    labels.write_text(json.dumps(scheme_to_json(common())), "utf-8")
    with Sandbox(cache=CACHE, labels=labels) as sandbox:
        request = json.dumps({"items": [WELSH, ENGLISH], "limit": 5}).encode()
        answers = [sandbox.read("enrich", request)["items"] for _ in range(2)]
    assert answers[0] == answers[1]
    assert [_notations(item) for item in answers[0]] == [["WAS.3"], ["WAS.4"]]
