"""Topics: the tree, A to Z, finding one in any language, and the page of one with its neighbours and its newest."""

from dataclasses import replace
from pathlib import Path

import pytest

from hub.records.figures import tag_counts
from hub.topics.service import read_scheme, store_scheme
from tests.hub.site import Site, empty_site
from tests.vocab.loaded import common

GONE = "https://w3id.org/moothall/topics/c9999"


def test_the_tree_has_every_topic_once_with_its_documents(site: Site) -> None:
    page = site.page("/topics")
    assert page.title == "Topics - Moothall"
    links = page.all("//ul[contains(@class, 'topics')]//a/@href")
    assert len(links) == len(set(links)) == len(common())
    (damp,) = [line for line in page.all("//ul[@class='branches']/li") if line.startswith("Damp and mould")]
    assert damp == "Damp and mould 3 documents"
    assert "Homelessness prevention" in page.all("//ul[@class='branches']/li"), "no number where there is nothing"


def test_the_numbers_are_those_of_living_documents(site: Site) -> None:
    with site.database.reading() as session:
        counts = tag_counts(session)
        by_notation = {concept.notation: counts.get(concept.uri, 0) for concept in read_scheme(session)}
    assert by_notation["HOU.1"] == site.page("/search?topic=HOU.1").total
    assert by_notation["HOU"] == 0, "documents of the closer topics are theirs"


def test_a_to_z_leads_from_other_words_to_the_topic(site: Site) -> None:
    page = site.page("/topics?view=a-z")
    assert page.title == "Topics from A to Z - Moothall"
    letters = page.all("//main//h2")
    assert letters == sorted(letters)
    assert page.all("//ul[@class='letters']//a/@href") == [f"#letter-{letter}" for letter in letters]
    assert page.all("//main//h2/@id") == [f"letter-{letter}" for letter in letters]
    lines = page.all("//h2[@id='letter-B']/following-sibling::ul[1]/li")
    assert "black mould: see Damp and mould" in lines
    assert "Damp and mould 3 documents" in page.all("//h2[@id='letter-D']/following-sibling::ul[1]/li")


def test_hidden_words_are_never_shown(site: Site) -> None:
    hidden = {label.value for concept in common() for label in concept.labels if label.kind == "hidden"}
    shown = {line.split(":")[0] for line in site.page("/topics?view=a-z").all("//main//li")}
    named = {label.value for concept in common() for label in concept.labels if label.kind != "hidden"}
    assert not shown & (hidden - named)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("MOULD", "black mould: see Damp and mould"),
        ("lleithder", "Lleithder a llwydni: see Damp and mould"),
        ("housing and", "Housing and homelessness"),
    ],
)
def test_a_topic_is_found_by_a_part_of_any_word_in_any_language(site: Site, words: str, line: str) -> None:
    page = site.page(f"/topics?q={words}")
    assert line in page.all("//main//li")
    assert page.title == f"Topics with “{words}” - Moothall"
    assert page.all("//input[@name='q']/@value") == [words]
    assert "/topics" in page.links().values(), "and the way back to all"


def test_a_word_that_two_languages_share_stands_once(site: Site) -> None:
    assert site.page("/topics?q=energie").all("//main//li").count("Energie: see Energy") == 1


def test_a_word_that_no_topic_has_leads_on(site: Site) -> None:
    page = site.page("/topics?q=%3Cb%3Eunicorn")
    assert "No topic has the word “<b>unicorn”." in page.words
    assert page.links() == {"See all topics": "/topics", "search the documents for it": "/search?q=%3Cb%3Eunicorn"}


def test_a_hub_without_topics_says_so(tmp_path: Path) -> None:
    with empty_site(tmp_path / "hub") as empty:
        with empty.database.writing() as session:
            store_scheme(session, replace(common(), concepts={}))
        page = empty.page("/topics")
        assert (page.status, page.heading) == (200, "Topics")
        assert "This hub has none yet" in page.words
        assert "/search" in page.links().values()
        assert empty.page("/").status == 200


def test_the_page_of_a_topic_says_what_it_means_and_its_other_words(site: Site) -> None:
    page = site.page("/topics/HOU.1")
    assert (page.title, page.heading) == ("Damp and mould: topic - Moothall", "Damp and mould")
    assert "Damp, condensation and mould in homes: causes, health risk, reports" in page.words
    (others,) = [line for line in page.all("//main//p") if line.startswith("Other words:")]
    assert "black mould" in others


def test_it_shows_what_is_around_it(site: Site) -> None:
    page = site.page("/topics/HOU.1")
    assert page.all("//ol[@class='crumbs']/li") == ["Topics", "Housing and homelessness"]
    assert page.all("//ul[@class='tree']//a") == ["Housing and homelessness"]
    assert page.all("//ul[@class='tree']//b") == ["Damp and mould"]
    assert page.all("//p[@class='see-also']/a") == ["Housing repairs", "Fuel poverty"]


def test_a_wide_topic_shows_the_closer_ones_and_their_documents(site: Site) -> None:
    page = site.page("/topics/HOU")
    closer = page.all("//ul[@class='tree']//li[b]//a")
    assert closer == [concept.pref("en") for concept in common().narrower(common_uri("HOU"))]
    assert "What we learned from forty damp homes" in page.all("//article/h3")


def test_the_newest_come_first_and_all_of_them_are_one_link_away(site: Site) -> None:
    page = site.page("/topics/HOU.1")
    assert page.all("//article/h3") == [
        "Home fire safety visits and damp",
        "What we learned from forty damp homes",
        "Fans & <script>alert('1')</script> against mould",
    ]
    assert site.page(page.links()["Search 3 documents"]).total == 3


def test_it_says_who_works_on_it(site: Site) -> None:
    page = site.page("/topics/HOU.1")
    assert page.all("//section[h2='Who works on it']//li") == [
        "Northford City 2 documents",
        "Eastmere Fire and Rescue 1 document",
    ]
    assert site.page(page.links()["Northford City"]).total == 2


def test_it_has_its_words_in_other_languages_by_their_own_names(site: Site) -> None:
    page = site.page("/topics/HOU.1")
    assert page.all("//dl[@class='languages']/dt") == ["Cymraeg", "Nederlands", "Svenska", "Deutsch"]
    assert page.all("//dl[@class='languages']/dd[@lang='cy']/b") == ["Lleithder a llwydni"]


def test_it_has_a_feed(site: Site) -> None:
    page = site.page("/topics/HOU.1")
    assert page.links()["Atom feed of this topic"] == "/search.atom?topic=HOU.1"
    assert page.all("//link[@type='application/atom+xml']/@href") == ["/search.atom?topic=HOU.1"]


def test_a_topic_without_documents_leads_to_the_wider_one(site: Site) -> None:
    page = site.page("/topics/HOU.3")
    assert "None of those collected so far is about it." in page.words
    assert page.links()["Housing and homelessness"] == "/topics/HOU"
    assert page.all("//article") == []


def test_a_topic_that_never_was_is_not_found(site: Site) -> None:
    page = site.page("/topics/NONE.1")
    assert page.status == 404
    assert "There is no such topic." in page.words


def test_a_topic_that_was_replaced_leads_to_the_new_one(tmp_path: Path) -> None:
    scheme = common()
    old = replace(scheme.concepts[common_uri("HOU.1")], uri=GONE, notation="OLD.1", deprecated=True)
    retired = replace(old, uri=f"{GONE}9", notation="OLD.2", replaced_by=())
    concepts = {**scheme.concepts, GONE: replace(old, replaced_by=(common_uri("HOU.1"),)), retired.uri: retired}
    with empty_site(tmp_path / "hub") as hub:
        with hub.database.writing() as session:
            store_scheme(session, replace(scheme, concepts=concepts))
        replaced, retired_page = hub.page("/topics/OLD.1"), hub.page("/topics/OLD.2")
        assert (replaced.status, retired_page.status) == (200, 200)
        assert "This topic is no longer used. Look instead at: Damp and mould" in replaced.words
        assert replaced.links()["Damp and mould"] == "/topics/HOU.1"
        assert "This topic is no longer used." in retired_page.words
        for address in ("/topics", "/topics?view=a-z", "/topics?q=mould"):
            assert not any("OLD" in target for target in hub.page(address).links().values())


def common_uri(notation: str) -> str:
    return next(concept.uri for concept in common() if concept.notation == notation)
