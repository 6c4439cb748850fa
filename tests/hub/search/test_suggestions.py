"""What the search box suggests: topics, organisations and documents, for the page's script and for browsers."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from hub.errors import IndexUnavailable
from hub.index.base import Title
from hub.organisations.service import find_organisation
from hub.search.suggestions import MOST, Suggestion, suggest
from hub.topics.service import Vocabulary
from tests.hub.search.test_machines import SPACE
from tests.hub.site import BASE, Site, filled_site


def suggested(site: Site, typed: str, more: str = "") -> Any:
    """The answer as JSON."""
    answer = site.get(f"/suggest.json?q={quote(typed)}{more}")
    assert answer.status_code == 200
    return answer.get_json()


def kinds(found: list[dict[str, str]]) -> list[str]:
    return [one["kind"] for one in found]


def test_topics_organisations_and_documents_are_suggested_in_this_order(site: Site) -> None:
    found = suggested(site, "fir")
    assert kinds(found) == sorted(kinds(found), key=["topic", "organisation", "document"].index)
    assert set(kinds(found)) == {"topic", "organisation", "document"}
    eastmere = f"{BASE}/organisations/eastmere-fire-and-rescue"
    assert {"text": "Eastmere Fire and Rescue", "kind": "organisation", "url": eastmere} in found
    visits = {one["url"] for one in found if one["text"] == "Home fire safety visits and damp"}
    assert visits
    for one in found:
        assert site.get(one["url"].removeprefix(BASE)).status_code == 200


@pytest.mark.parametrize(
    ("typed", "text", "topic"),
    [
        ("damp and m", "Damp and mould", "HOU.1"), ("DÁMP and", "Damp and mould", "HOU.1"),
        ("schim", "Schimmel", "HOU.1"), ("mould dam", "Damp and mould", "HOU.1"),
    ],
)  # fmt: skip
def test_a_topic_is_suggested_by_its_words_in_any_language(site: Site, typed: str, text: str, topic: str) -> None:
    found = [one for one in suggested(site, typed) if one["url"] == f"{BASE}/topics/{topic}"]
    assert [one["text"].casefold() for one in found] == [text.casefold()], "each topic once"


def test_words_that_are_never_shown_are_not_suggested(site: Site) -> None:
    scheme = Vocabulary(site.database).scheme
    hidden = {label.value for concept in scheme for label in concept.labels if label.kind == "hidden"}
    shown = {label.value for concept in scheme for label in concept.labels if label.kind != "hidden"}
    assert hidden
    for word in sorted(hidden - shown)[:40]:
        assert word not in [one["text"] for one in suggested(site, word) if one["kind"] == "topic"]


def test_names_that_begin_so_come_first(site: Site) -> None:
    names = [one["text"].casefold() for one in suggested(site, "home") if one["kind"] == "topic"]
    begins = [name.startswith("home") for name in names]
    assert begins[0]
    assert begins == sorted(begins, reverse=True)


def test_an_organisation_is_suggested_by_any_of_its_names_once(site: Site) -> None:
    assert [one["text"] for one in suggested(site, "northf") if one["kind"] == "organisation"] == ["Northford City"]
    found = [one for one in suggested(site, "northford coun") if one["kind"] == "organisation"]
    assert [one["text"] for one in found] == ["Northford Council"]
    assert [one["url"] for one in found] == [f"{BASE}/organisations/northford-city"]
    assert kinds(suggested(site, "quietsh")) == ["organisation"]


def test_there_are_few_and_each_kind_has_its_share(site: Site) -> None:
    class Many:
        def suggest(self, text: str, size: int) -> list[Title]:
            return [Title(str(number), f"{text} {number}") for number in range(size)]

    with site.database.reading() as session:
        few: list[Suggestion] = suggest(session, Many(), Vocabulary(site.database), "co")  # type: ignore[arg-type]
        alone = suggest(session, Many(), Vocabulary(site.database), "qqq")  # type: ignore[arg-type]
    counts = {kind: [one.kind for one in few].count(kind) for kind in ("topic", "organisation", "document")}
    assert len(few) == MOST
    assert counts["topic"] >= 3
    assert counts["document"] >= 3
    assert [one.kind for one in alone] == ["document"] * MOST


@pytest.mark.parametrize("typed", ["", " ", "m", "*", '"', "--", "\0", "%", "qqqzzz"])
def test_too_little_or_nothing_known_suggests_nothing(site: Site, typed: str) -> None:
    assert suggested(site, typed) == []
    assert suggested(site, typed, "&format=opensearch") == [typed, [], [], []]


@pytest.mark.parametrize("typed", ["x" * 5_000, "mould \ufffd", "'; DROP", "a\u0301b", "{}"])
def test_odd_input_is_answered(site: Site, typed: str) -> None:
    assert isinstance(suggested(site, typed), list)


def test_nothing_typed_is_answered(site: Site) -> None:
    assert site.get("/suggest.json").get_json() == []


def test_browsers_find_their_own_form_by_the_description(site: Site) -> None:
    root = ElementTree.fromstring(site.get("/opensearch.xml").data)
    templates = {url.get("type"): url.get("template") or "" for url in root.iter(f"{SPACE}Url")}
    address = templates["application/x-suggestions+json"]
    answer = site.get(address.replace("{searchTerms}", "damp%20and%20m").removeprefix(BASE))
    assert answer.mimetype == "application/x-suggestions+json"
    typed, texts, descriptions, urls = answer.get_json()
    found = suggested(site, "damp and m")
    assert typed == "damp and m"
    assert texts == [one["text"] for one in found]
    assert descriptions == [one["kind"] for one in found]
    assert urls == [one["url"] for one in found]


def test_they_are_kept_for_a_minute_but_not_those_of_the_signed_in(site: Site) -> None:
    assert site.get("/suggest.json?q=da").headers["Cache-Control"] == "public, max-age=60"
    assert site.get("/suggest.json?q=da", site.operator()).headers["Cache-Control"] == "private, no-store"


def test_while_the_index_is_away_topics_and_organisations_are_suggested(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(text: str, size: int) -> list[Title]:
        raise IndexUnavailable("The index is away.")

    monkeypatch.setattr(site.app.extensions["moothall"]["index"], "suggest", away)
    assert set(kinds(suggested(site, "fir"))) == {"topic", "organisation"}


def test_what_changes_is_suggested_at_once(tmp_path: Path) -> None:
    with filled_site(tmp_path / "hub") as hub:
        assert suggested(hub, "eastmere")
        with hub.database.writing() as session:
            find_organisation(session, "quietshire").name = "Loudshire"
        assert suggested(hub, "quietsh") == []
        assert [one["text"] for one in suggested(hub, "loud")] == ["Loudshire"]


def test_the_pages_with_the_box_load_the_script_which_is_small(site: Site) -> None:
    for address in ("/", "/search?q=mould"):
        (script,) = site.page(address).all("//script/@src")
        with site.get(script) as answer:
            assert answer.status_code == 200
            assert len(answer.data) < 1_500
            assert len(answer.data.splitlines()) <= 40
    assert site.page("/topics").all("//script") == []
