"""The words of the demo's communities fit together, and fit its documents, its people and the vocabulary."""

import tomllib
from importlib.resources import files
from typing import Any

import pytest

from hub.communities.access import CONFIDENTIAL, VISIBILITIES
from hub.demo.living import COMMUNITIES, FOLDER
from hub.demo.sites import SITES
from hub.demo.texts import texts
from hub.writing.words import NEEDED


def told(name: str) -> dict[str, Any]:
    return tomllib.loads(files("hub.demo").joinpath(FOLDER, f"{name}.toml").read_text("utf-8"))


def test_each_visibility_that_can_be_found_has_a_community() -> None:
    assert {told(name)["visibility"] for name in COMMUNITIES} == VISIBILITIES.keys() - {CONFIDENTIAL}


@pytest.mark.parametrize("name", COMMUNITIES)
def test_what_is_told_names_only_what_there_is(name: str) -> None:
    given, people = told(name), told("people")
    assert set(given["members"]) <= people.keys()
    assert {one["organisation"] for one in people.values()} <= SITES.keys()
    said = [*given["threads"], *given.get("pages", ()), *given.get("events", ()), *given.get("notes", ())]
    written = [*said, *(post for thread in given["threads"] for post in thread.get("posts", ()))]
    assert {one["by"] for one in written} <= set(given["members"])
    titles = {text.title for site in SITES for text in texts(site) if not text.withdrawn and not text.deleted}
    assert {one["title"] for one in given["pins"]} <= titles
    vocabulary = files("vocab.schemes").joinpath("common.ttl").read_text("utf-8")
    labels = [*given["topics"], *(label for one in people.values() for label in one.get("helps", ()))]
    assert all(f'"{label}"@en' in vocabulary for label in labels)
    assert all(one[part] for one in given.get("notes", ()) for part in NEEDED)
