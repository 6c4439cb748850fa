"""The page of one record: dates, licence, topics with why, whom to ask, versions; and what is not shown."""

import zlib
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from hub.records.models import RecordRow, Tag
from hub.topics.service import read_scheme
from tests.hub.published import CC_BY, COLD, day
from tests.hub.site import Site, filled_site


def on(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def test_the_four_dates_have_names(site: Site) -> None:
    facts = site.page(site.record("homes")).facts()
    assert facts["Published"] == on(day(40))
    assert facts["Changed"] == f"{on(day(20))} (what changed)"
    assert facts["Review by"] == on(day(-100))
    assert facts["Last collected"].startswith("today, ")


def test_a_date_that_nobody_states_is_not_guessed(site: Site) -> None:
    facts = site.page(site.record("bwyd")).facts()
    assert facts["Review by"] == "not stated"
    assert facts["Changed"] == "not stated"
    assert facts["Published"] == on(day(50))


def test_the_licence_stands_with_how_to_reuse(site: Site) -> None:
    page = site.page(site.record("homes"))
    assert page.facts()["Licence"] == "CC BY. You may reuse it freely if you name the source."
    assert page.links()["CC BY"] == CC_BY
    inherited = site.page(site.record("alarms")).facts()["Licence"]
    assert inherited.startswith("Open Government Licence. You may reuse it freely")
    assert inherited.endswith("(stated for the whole site)")


def test_topics_say_why_and_lead_to_their_page(site: Site) -> None:
    page = site.page(site.record("homes"))
    (line,) = page.all("//section[h2='Topics']//li")
    assert line.startswith("Damp and mould suggested “damp homes” in the title, 2 times;")
    assert page.links()["Damp and mould"] == "/topics/HOU.1"
    assert "in the text" in line


def test_a_record_without_topics_says_so(site: Site) -> None:
    assert "None of the hub’s topics was found in it." in site.page(site.record("Minutes of the board, week 1")).words


def test_what_a_person_decided_about_a_topic_is_respected(tmp_path: Path) -> None:
    with filled_site(tmp_path / "hub") as hub:
        with hub.database.writing() as session:
            uris = {concept.notation: concept.uri for concept in read_scheme(session)}
            (tag,) = session.scalars(select(Tag).where(Tag.record_id == hub.ids["homes"]))
            tag.state = "rejected"
            session.add(Tag(record_id=hub.ids["homes"], concept_uri=uris["HOU.2"], state="confirmed", score=1))
        page = hub.page(hub.record("homes"))
        assert page.all("//section[h2='Topics']//li") == [
            "Housing repairs confirmed part of Housing and homelessness",
        ]
        assert page.all("//section[h2='Topics']//span[@class='tag ok']") == ["confirmed"]


def test_the_text_is_shown_under_a_licence_and_leads_to_its_source(site: Site) -> None:
    page = site.page(site.record("homes"))
    assert "Mould was reported in 32 of 40 homes." in page.words
    assert page.links()["Read it at northford.example"] == "https://northford.example/homes"
    assert page.all("//link[@rel='canonical']/@href") == ["https://northford.example/homes"]


def test_without_a_licence_no_text_is_passed_on(site: Site) -> None:
    for address in (site.record("fans"), site.record("fans", ".json"), site.record("fans", "/versions")):
        answer = site.get(address)
        assert answer.status_code == 200
        assert "private word" not in answer.text, address
    page = site.page(site.record("fans"))
    assert "Its publisher states no licence" in page.words
    assert page.facts()["Licence"] == "Licence not stated: ask before you reuse it"
    assert page.links()["Read it at northford.example"] == "https://northford.example/fans"
    assert site.get(site.record("fans", ".json")).get_json()["text"] == ""


def test_without_a_licence_it_is_said_when_it_changed_but_not_what(site: Site) -> None:
    page = site.page(site.record("fans", "/versions"))
    assert [one.split(",")[0] for one in page.all("//h2")] == ["Version 2", "Version 1"]
    assert "the hub says when it changed but does not show the words" in page.words
    assert not page.root.xpath("//del | //ins")


def test_a_summary_with_which_the_text_begins_is_not_said_again(site: Site) -> None:
    page = site.page(site.record("cold"))
    (shown,) = page.all("//section[@class='written']/div")
    assert shown == f"{COLD} {COLD}", "the first of three stands above it"
    assert page.all("//p[contains(@class, 'lead')]") == [COLD]


def test_whom_to_ask_is_the_records_contact_and_the_organisations(site: Site) -> None:
    page = site.page(site.record("homes"))
    (panel,) = page.root.xpath("//section[h2='Whom to ask']")
    assert page.all("//section[h2='Whom to ask']//li") == [
        "Mould desk, Northford City",
        "Housing standards",
        "standards@northford.example",
        "01632 960 001",
    ]
    (mail,) = panel.xpath(".//a/@href")
    assert mail == "mailto:standards@northford.example?subject=What%20we%20learned%20from%20forty%20damp%20homes"
    assert page.links()["Northford City"].endswith("northford-city")


def test_where_the_record_names_nobody_the_source_does(site: Site) -> None:
    assert "Improvement team, Northford City" in site.page(site.record("joint")).words


def test_where_nobody_is_named_that_is_said(site: Site) -> None:
    page = site.page(site.record("alarms"))
    assert "Eastmere Fire and Rescue has named nobody yet." in page.words


def test_copies_and_similar_work_are_those_of_others(site: Site) -> None:
    page = site.page(site.record("joint"))
    copies = page.all("//h2[.='Also published by']/following-sibling::ul[1]/li/a")
    assert copies == ["Joint home visits for smoke alarms"]
    similar = page.all("//h2[.='Similar work elsewhere']/following-sibling::ul[1]/li/span")
    assert similar
    assert all(one.startswith("Eastmere") for one in similar)
    assert "Also published by" not in site.page(site.record("homes")).words


def test_an_overdue_review_is_said(site: Site) -> None:
    page = site.page(site.record("bins"))
    assert "Check before reuse. Its review is overdue. Ask its publisher whether it still holds." in page.words
    assert "Check before reuse" not in site.page(site.record("homes")).words


def test_a_welsh_record_is_marked_as_welsh(site: Site) -> None:
    page = site.page(site.record("bwyd"))
    assert page.all("//h1/@lang") == ["cy"]
    assert page.facts()["Language"] == "Cymraeg"
    assert page.all("//section[@class='written']/div/@lang") == ["cy"]


def test_foreign_markup_stays_text(site: Site) -> None:
    page = site.page(site.record("fans"))
    assert page.heading == "Fans & <script>alert('1')</script> against mould"
    assert page.title.startswith("Fans & <script>")
    assert "Whether <b>fans</b> help" in page.words
    assert not page.root.xpath("//script")


def test_versions_show_what_was_taken_out_and_put_in(site: Site) -> None:
    address = site.page(site.record("homes")).links()["what changed"]
    page = site.page(address)
    assert page.title == "What changed in What we learned from forty damp homes (Northford City) - Moothall"
    assert [one.split(",")[0] for one in page.all("//h2")] == ["Version 2", "Version 1"]
    assert page.all("//del/text()") == ["31"]
    assert page.all("//ins/text()") == ["32"]
    assert page.all("//del/span") == ["Taken out:"]


def test_a_record_that_never_changed_says_so(site: Site) -> None:
    page = site.page(site.record("bwyd", "/versions"))
    assert "It has not changed since the hub first collected it." in page.words
    assert "All versions" not in site.page(site.record("bwyd")).links()


def test_a_withdrawn_record_keeps_its_address_and_says_what_happened(site: Site) -> None:
    page = site.page(site.record("fair"))
    assert page.status == 410
    assert page.heading == "Careers fair"
    assert "Northford City has withdrawn this document" in page.words
    assert page.facts()["Why"] == "Gone from the site."
    assert "Come to the fair" not in page.words
    assert page.links()["standards@northford.example"] == "mailto:standards@northford.example"
    assert page.all("//meta[@name='robots']/@content") == ["noindex"]


def test_a_withdrawn_record_is_withdrawn_for_machines_too(site: Site) -> None:
    answer = site.get(site.record("fair", ".json"))
    assert answer.status_code == 410
    assert answer.get_json() == {"id": site.ids["fair"], "deleted": "Gone from the site."}
    assert site.page(site.record("fair", "/versions")).status == 404


@pytest.mark.parametrize("more", ["", ".json", "/versions"])
def test_a_record_that_never_was_is_not_found(site: Site, more: str) -> None:
    page = site.page(f"/records/0190-none{more}")
    assert page.status == 404
    assert "There is no such document here." in page.words


def test_the_item_as_it_came_is_for_operators(site: Site) -> None:
    address = site.record("homes", "/raw")
    refused = site.page(address)
    assert refused.status == 403
    assert "Sign in first" in refused.words
    assert "The item as it came" not in site.page(site.record("homes")).links()
    operator = site.operator()
    answer = site.get(site.page(site.record("homes"), operator).links()["The item as it came"], operator)
    assert (answer.status_code, answer.mimetype, answer.text) == (200, "text/plain", "<item>homes</item>")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_item_that_was_not_kept_says_so(tmp_path: Path) -> None:
    with filled_site(tmp_path / "hub") as hub:
        with hub.database.writing() as session:
            session.get_one(RecordRow, hub.ids["homes"]).raw = None
            session.get_one(RecordRow, hub.ids["bins"]).raw = zlib.compress("ÿ".encode("latin-1"))
        operator = hub.operator()
        assert hub.get(hub.record("homes", "/raw"), operator).text == "Nothing was kept of this item."
        assert hub.get(hub.record("bins", "/raw"), operator).text == "\ufffd"
