"""No persons that nobody needs to know: authors of feeds and repositories, contacts, and who asked for information."""

import json

import pytest

from federation.names import LEFT_OUT, is_organisation, office_contact
from federation.oaipmh import read as read_page
from federation.record import Record
from harvesters.base import Tools
from harvesters.minimise import MOST_NAMES, minimised, without
from harvesters.readers.feed import read as read_feed
from harvesters.run import harvest
from tests.servers.loopback import serve

WORDPRESS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Northford Council news</title><link>{base}/</link>
<generator>https://wordpress.org/?v=6.6.2</generator>
<item><title>Damp homes: what we learnt</title><link>{base}/damp</link>
<dc:creator><![CDATA[Gwenllian Parry-O&#8217;Hara]]></dc:creator>
<guid isPermaLink="false">{base}/?p=11</guid><description><![CDATA[Forty homes in a year.]]></description>
<content:encoded><![CDATA[<p>We looked at forty homes.</p>]]></content:encoded></item>
<item><title>Food waste</title><link>{base}/food</link>
<dc:creator><![CDATA[communications team]]></dc:creator><guid isPermaLink="false">{base}/?p=12</guid></item>
<item><title>FOI 2291: agency staff</title><link>{base}/foi/2291</link>
<author>j.okafor@northford.gov.uk (Jo Okafor)</author>
<guid isPermaLink="false">{base}/?p=13</guid>
<description>
<![CDATA[<p>Requester: Marged Llewelyn</p><p>Dear Ms Llewelyn,</p><p>We hold it.</p>]]></description></item>
</channel></rss>"""


def test_a_wordpress_feed_brings_no_list_of_authors(tools: Tools) -> None:
    """As the feed of a WordPress site looks, down to the kept item."""
    with serve({"*": lambda request: (404, {}, "")}) as nowhere:
        feed = WORDPRESS.format(base=nowhere.base_url)
    with serve({"/feed": (200, {"Content-Type": "application/rss+xml"}, feed)}) as site:
        pages = list(harvest("feed", site.url("/feed"), {}, lambda ids: {}, tools))
    changes = {change.record.title: change for page in pages for change in page.changes if change.record}
    damp, food, foi = changes["Damp homes: what we learnt"], changes["Food waste"], changes["FOI 2291: agency staff"]
    assert damp.record
    assert food.record
    assert foi.record
    assert (damp.record.creators, damp.record.contact) == ((), "")
    assert food.record.creators == ("communications team",)
    assert "We hold it." in f"{foi.record.summary} {foi.record.text}"
    for change in changes.values():
        everything = f"{change.record} {change.raw.decode()}"
        for name in ("Gwenllian", "Parry", "Okafor", "Llewelyn"):
            assert name not in everything, name


def test_a_json_feed_brings_none_either() -> None:
    item = {"id": "1", "url": "https://n.example/1", "title": "T", "content_text": "Text."}
    people = [{"name": "Zoë Ångström"}, {"name": "Northford Press Office"}]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "N", "items": [{**item, "authors": people}]}
    (entry,) = read_feed(json.dumps(feed).encode())["entries"]
    assert (entry["creators"], entry["contact"]) == (["Northford Press Office"], "Northford Press Office")
    assert "ngstr" not in entry["raw"]


def test_a_repository_brings_its_publisher_and_no_authors() -> None:
    page = """<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-11-27T00:00:00Z</responseDate>
      <ListRecords><record><header><identifier>oai:n:1</identifier><datestamp>2026-11-01</datestamp></header><metadata>
      <oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">
      <dc:title>Falls</dc:title><dc:creator>Abernathy, Rhiannon</dc:creator><dc:creator>Falls team</dc:creator>
      <dc:contributor>Osei &amp; Sons, Kwame</dc:contributor><dc:identifier>https://n.example/1</dc:identifier>
      </oai_dc:dc></metadata></record></ListRecords></OAI-PMH>"""
    (record,) = read_page(page.encode())["records"]
    assert record["record"]["creators"] == ["Falls team"]
    assert record["record"]["contact"] == "Falls team"
    for name in ("Abernathy", "Rhiannon", "Kwame"):
        assert name not in json.dumps(record), name


ORGANISATIONS = (
    *("Northford City Council", "Heddlu De Cymru", "Uned Gofal", "Gemeente Noordhaven", "press.office@n.gov.uk"),
    *("Communications team", "NHS", "UKHSA", "Web team", "foi@northford.gov.uk", "Calder Fire & Rescue"),
)
PERSONS = (
    *("Jane Smith", "jsmith", "Dr Amina Yusuf", "jane.smith@northford.gov.uk", "O'Brien, Sean", "Gwenllian Parry"),
    *("Kim", "admin", "van den Berg", "李小龙", "j.smith@n.gov.uk (Jane Smith)"),
)


@pytest.mark.parametrize("name", ORGANISATIONS)
def test_an_organisation_is_known_by_its_words(name: str) -> None:
    assert is_organisation(name)


@pytest.mark.parametrize("name", PERSONS)
def test_what_may_be_a_person_is_taken_for_one(name: str) -> None:
    assert not is_organisation(name)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Housing standards, standards@northford.example, 01632 960 001", None),
        ("Jane Smith, Press office, 01632 960001", "Press office, 01632 960001"),
        ("Jane Smith, jane.smith@northford.example, 01632 960001", ""),
        ("Web team (Jane Smith)", "Web team"),
        ("", None),
    ],
)
def test_whom_to_ask_is_an_office(said: str, kept: str | None) -> None:
    assert office_contact(said) == (said if kept is None else kept)


ANSWER = """Freedom of Information request 4411
Name of applicant: Tomasz Wiśniewski-Jones
Date: 3 November 2026
Dear Mr Wiśniewski-Jones,
Thank you for your request about parking fines. Northford City Council issued 1,204.
Request from: The Northford Gazette group
Yours sincerely,
Tomasz Wiśniewski-Jones
"""

ANSWERS = {
    "a letter": (ANSWER, ("Tomasz", "Wiśniewski")),
    "Welsh": ("Enw'r ceisydd: Gwenllian Parry\nAnnwyl Ms Parry,\nDiolch.", ("Gwenllian", "Parry")),
    "Dutch": ("Verzoeker: Sanne de Boer\nGeachte mevrouw De Boer,\nBijgaand.", ("Sanne", "Boer")),
    "a site of requests": ("Priya Raman made this Freedom of Information request to Northford.", ("Priya", "Raman")),
    "in a sentence": ("This is our answer to a request from Ms Ada Okoye about bins.", ("Okoye",)),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_who_asked_for_information_is_not_told(case: str) -> None:
    text, names = ANSWERS[case]
    record = Record(native_id="1", url="https://n.example/foi/1", title=f"FOI: {text.splitlines()[-1][:60]}", text=text)
    kept, dropped = minimised(record)
    for name in names:
        assert name not in f"{kept.title} {kept.text}"
        assert name not in without(text.encode(), dropped).decode()
    for line in text.splitlines():
        if not any(name in line for name in names):
            assert line in kept.text, "nothing else is touched"


def test_a_word_behind_a_name_stays_whole() -> None:
    text = "Request from Ada Okoye about bins.\nRequest from John van Doe denied at once."
    record = Record(native_id="1", url="https://n.example/foi/1", title="FOI 1", text=text)
    assert minimised(record)[0].text == f"Request from {LEFT_OUT} about bins.\nRequest from {LEFT_OUT} denied at once."


def test_an_item_with_more_names_than_are_looked_for_is_not_kept() -> None:
    names = [f"Ada Okoye-{number}" for number in range(MOST_NAMES + 1)]
    raw = " and ".join(names).encode()
    assert without(raw, names) == b""
    assert b"Okoye" not in without(raw, names[1:]).replace(b"Ada Okoye-0", b"")


def test_other_documents_are_left_as_they_are() -> None:
    text = "Dear Mr Smith,\nRequested by: Jane Jones\nYours sincerely,\nAda Okoye"
    record = Record(native_id="1", url="https://n.example/letters/1", title="A letter that we like", text=text)
    assert minimised(record) == (record, [])
