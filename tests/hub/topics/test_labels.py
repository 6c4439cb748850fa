"""The label file that the sandbox's tagger loads: one a revision, whole or not at all."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hub.topics.labels import labels_file
from hub.topics.service import Vocabulary, store_scheme
from tests.people import World, world
from tests.vocab.loaded import common, lemmas
from vocab.tagger import tagger_from_json
from vocab.values import scheme_from_json


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[World]:
    """On one kind of database: the file is what matters here."""
    with world(tmp_path / "hub") as made:
        yield made


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("labels*"))


def test_without_a_vocabulary_there_is_no_file(hub: World) -> None:
    assert labels_file(Vocabulary(hub.database), hub.settings) is None
    assert files(hub.settings.data) == []


def test_the_file_holds_the_vocabulary_and_nothing_unfinished_stays_beside_it(hub: World) -> None:
    with hub.database.writing() as session:
        store_scheme(session, common())
    path = labels_file(Vocabulary(hub.database), hub.settings)
    assert path is not None
    assert files(hub.settings.data) == [path.name] == ["labels-1.json"]
    assert scheme_from_json(json.loads(path.read_text("utf-8"))) == common()


def test_the_tagger_works_from_the_file(hub: World) -> None:
    with hub.database.writing() as session:
        store_scheme(session, common())
    path = labels_file(Vocabulary(hub.database), hub.settings)
    assert path is not None
    tagger = tagger_from_json(json.loads(path.read_text("utf-8")), lemmas())
    found = tagger.suggest("Food waste rounds", "Food waste collection in the snow. " * 5, "en", 5)
    assert [common().concepts[one.concept].notation for one in found] == ["WAS.3"]


def test_a_file_that_is_there_is_not_written_again_and_a_new_revision_gets_its_own(hub: World) -> None:
    with hub.database.writing() as session:
        store_scheme(session, common())
    vocabulary = Vocabulary(hub.database, look_every=0)
    first = labels_file(vocabulary, hub.settings)
    assert first is not None
    first.write_text("{}")
    assert labels_file(vocabulary, hub.settings) == first
    assert first.read_text() == "{}"
    with hub.database.writing() as session:
        store_scheme(session, replace(common(), version="next"))
    second = labels_file(vocabulary, hub.settings)
    assert second is not None
    assert (first.name, second.name) == ("labels-1.json", "labels-2.json")
    assert json.loads(second.read_text("utf-8"))["version"] == "next"
