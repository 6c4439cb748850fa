"""OAI-PMH both ways: what we write we read again, sickle reads it too, and broken answers give what is whole."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from lxml import etree
from sickle import Sickle

from federation import oaiprovider as provider
from federation.dublincore import language_code
from federation.oaipmh import read
from federation.record import File, Hop, Licence, Record, cleaned, from_json
from tests.servers.loopback import serve
from tests.servers.repository import Repository

HOUSE = provider.Repository(
    name="Trentside & friends",
    base_url="https://trentside.example/oai?key=1&x=<2>",
    emails=("library@trentside.example",),
    earliest=datetime(2020, 1, 1, tzinfo=UTC),
)
NOW = provider.Asked({"verb": "ListRecords", "metadataPrefix": "oai_dc"}, datetime(2026, 11, 24, 9, tzinfo=UTC))
RECORD = Record(
    native_id="oai:trentside.example:1",
    url="https://trentside.example/1",
    datestamp=datetime(2026, 11, 23, 9, tzinfo=UTC),
    title="Discharge & two <councils>",
    summary="One hub for two councils.",
    text="The first paragraph.\n\nThe second, with an & and a ]]>.",
    language="en",
    type="case-study",
    creators=("Trentside NHS Trust",),
    contact="Quality improvement library",
    issued=date(2026, 3, 1),
    modified=datetime(2026, 11, 20, 8, 30, tzinfo=UTC),
    licence=Licence("https://creativecommons.org/licenses/by/4.0/", "", "record"),
    rights="© Trentside NHS Trust",
    sets=("practice", "practice:discharge"),
    subjects=("hospital discharge", "homecare"),
    files=(File("https://trentside.example/1.pdf"),),
    hops=(
        Hop("https://a.example/oai", "oai:a.example:7", "2026-01-01", "2026-01-02T00:00:00Z"),
        Hop("https://b.example/oai", "oai:b.example:8", "2026-01-03", "2026-01-04T00:00:00Z"),
    ),
)
GONE = Record(native_id="oai:trentside.example:2", url="", datestamp=RECORD.datestamp, deleted="withdrawn")


def records_in(data: bytes) -> list[Record]:
    return [from_json(one["record"]) for one in read(data)["records"] if one["record"]]


def test_record_survives_the_round_trip() -> None:
    assert records_in(provider.list_records(HOUSE, [RECORD], NOW)) == [RECORD]
    assert records_in(provider.get_record(HOUSE, RECORD, NOW)) == [RECORD]


def test_page_survives_the_round_trip() -> None:
    found = read(provider.list_records(HOUSE, [RECORD, GONE], NOW, provider.Token("next&1", 40, 20)))
    assert [(one["identifier"], one["deleted"]) for one in found["records"]] == [
        (RECORD.native_id, False),
        (GONE.native_id, True),
    ]
    assert found["records"][1]["record"] is None
    assert found["records"][0]["raw"].startswith("<record")
    assert (found["token"], found["size"], found["cursor"]) == ("next&1", 40, 20)
    assert found["response_date"] == "2026-11-24T09:00:00Z"
    assert (found["whole"], found["notes"], found["errors"], found["broken"]) == (True, [], [], [])


def test_last_page_has_an_empty_token_and_a_short_list_has_none() -> None:
    assert read(provider.list_records(HOUSE, [RECORD], NOW, provider.Token("", 1, 0)))["token"] == ""
    assert read(provider.list_records(HOUSE, [RECORD], NOW))["token"] is None


def test_identify_sets_formats_and_identifiers() -> None:
    assert read(provider.identify(HOUSE, NOW))["identify"] == {
        "name": HOUSE.name,
        "base_url": HOUSE.base_url,
        "granularity": "YYYY-MM-DDThh:mm:ssZ",
        "deleted": "persistent",
        "earliest": "2020-01-01T00:00:00Z",
    }
    assert read(provider.list_sets(HOUSE, [("a", "A & B")], NOW))["sets"] == [{"spec": "a", "name": "A & B"}]
    assert read(provider.list_metadata_formats(HOUSE, NOW))["formats"][0]["prefix"] == "oai_dc"
    found = read(provider.list_identifiers(HOUSE, [RECORD, GONE], NOW))["records"]
    assert [(one["identifier"], one["deleted"], one["sets"]) for one in found] == [
        (RECORD.native_id, False, list(RECORD.sets)),
        (GONE.native_id, True, []),
    ]


def test_days_are_written_where_that_is_the_granularity() -> None:
    daily = replace(HOUSE, granularity="YYYY-MM-DD")
    assert read(provider.list_records(daily, [RECORD], NOW))["records"][0]["datestamp"] == "2026-11-23"


def test_errors_and_the_one_that_is_none() -> None:
    found = read(provider.error(HOUSE, "badResumptionToken", "It has <expired>.", NOW))
    assert found["errors"] == [{"code": "badResumptionToken", "message": "It has <expired>."}]
    found = read(provider.error(HOUSE, "noRecordsMatch", "Nothing.", NOW))
    assert (found["errors"], found["empty"]) == ([], True)
    assert b'verb="' not in provider.error(HOUSE, "badVerb", "No.", NOW)


@settings(max_examples=200, deadline=None)
@given(some.text(alphabet=some.characters(exclude_categories=()), max_size=40))
def test_no_text_makes_an_answer_that_is_not_xml(text: str) -> None:
    record = replace(
        RECORD,
        title=text,
        summary=text,
        text=text,
        subjects=(text,),
        native_id=f"oai:x:{text}",
        hops=(Hop(text, text, text, text),),
    )
    house = replace(HOUSE, name=text)
    for data in (
        provider.list_records(house, [record], provider.Asked({"verb": text}), provider.Token(text)),
        provider.identify(house, NOW),
        provider.error(house, "badArgument", text, NOW),
    ):
        etree.fromstring(data)


def test_xml_forbids_are_left_out_and_the_rest_stays() -> None:
    dirty = replace(RECORD, title="Dis\x0bcharge\x00 hub\ud800\uffff", summary="a\x1bb")
    assert records_in(provider.list_records(HOUSE, [dirty], NOW)) == [cleaned(dirty)]


def test_page_instead_of_xml_is_named() -> None:
    found = read(b"<!DOCTYPE html><html><body>Sign in</body></html>")
    assert found["error"]["code"] == "wrong-content-html"
    assert read(b"")["error"] == {"code": "not-a-list", "detail": "it is empty"}
    assert read(b'{"records": []}')["error"]["code"] == "not-a-list"
    assert read(b"<rss><channel/></rss>")["error"]["code"] == "not-a-list"


WHOLE = provider.list_records(HOUSE, [RECORD, replace(RECORD, native_id="oai:t:2")], NOW, provider.Token("more", 9, 0))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\n\nWarning: x in y.php\n" + WHOLE, id="notice in front"),
        pytest.param(WHOLE + b"<br />\n<b>Notice</b>: Undefined index", id="notice behind"),
        pytest.param(WHOLE.replace(b"One hub", b"One \x0bhub\x1b"), id="control characters"),
        pytest.param(WHOLE.replace(b"One hub", b"One &#x1F;&#11;hub"), id="references to control characters"),
        pytest.param(WHOLE.replace(b"One hub", b"One hub\xed\xa0\x80\xff"), id="bytes that are not UTF-8"),
    ],
)
def test_answer_that_can_be_mended_is_read_whole(data: bytes) -> None:
    found = read(data)
    assert [one["identifier"] for one in found["records"]] == [RECORD.native_id, "oai:t:2"]
    assert found["records"][0]["record"]["title"] == RECORD.title
    assert (found["token"], found["notes"], found["whole"]) == ("more", ["broken-list"], True)


def test_one_record_that_is_not_xml_is_set_aside() -> None:
    start = WHOLE.index(b"<record>")
    data = WHOLE[:start] + WHOLE[start:].replace(b"</dc:title>", b"</dc:titel>", 1)
    found = read(data)
    assert [one["identifier"] for one in found["records"]] == ["oai:t:2"]
    assert found["broken"][0]["where"] == RECORD.native_id
    assert "not well-formed" in found["broken"][0]["detail"]
    assert found["broken"][0]["sample"].startswith("<record>")
    assert found["token"] == "more"


@pytest.mark.parametrize("share", [0.2, 0.5, 0.7, 0.95])
def test_answer_that_breaks_off_gives_whole_records_and_says_so(share: float) -> None:
    found = read(WHOLE[: int(len(WHOLE) * share)])
    assert found["whole"] is False
    assert len(found["records"]) == WHOLE[: int(len(WHOLE) * share)].count(b"</record>")
    assert found["token"] in (None, "")


def test_prefixes_and_capitals_of_other_makers_are_understood() -> None:
    data = b"""<oai:OAI-PMH xmlns:oai="urn:x" xmlns:d="urn:y"><oai:responseDate>2026-11-24</oai:responseDate>
    <oai:ListRecords>
    <oai:Record><oai:Header Status="Deleted"><oai:Identifier>a</oai:Identifier></oai:Header></oai:Record>
    <oai:record><oai:header><oai:identifier>b</oai:identifier></oai:header><oai:metadata><d:DC><d:Title>T</d:Title>
    <d:identifier>hdl:1234/5</d:identifier><d:identifier>doi:10.1234/x</d:identifier><d:language>eng</d:language>
    <d:date>2026</d:date><d:date>2026-02-30</d:date><d:rights>CC BY, see https://cc.example/by.</d:rights>
    </d:DC></oai:metadata></oai:record><oai:resumptionToken/></oai:ListRecords></oai:OAI-PMH>"""
    found = read(data)
    assert [one["deleted"] for one in found["records"]] == [True, False]
    record = from_json(found["records"][1]["record"])
    assert (record.title, record.url, record.language) == ("T", "https://doi.org/10.1234/x", "en")
    assert (record.issued, record.licence.uri) == (None, "https://cc.example/by")
    assert found["token"] == ""


def test_record_beyond_all_measure_is_set_aside() -> None:
    many = replace(RECORD, native_id="oai:t:many", subjects=tuple(f"word {number}" for number in range(600)))
    large = replace(RECORD, native_id="oai:t:large", text="word " * 500_000)
    found = read(provider.list_records(HOUSE, [many, large, RECORD], NOW))
    assert [one["identifier"] for one in found["records"]] == [RECORD.native_id]
    assert {one["where"] for one in found["broken"]} == {"oai:t:many", "oai:t:large"}


def test_entities_and_files_of_this_machine_are_never_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}"><!ENTITY b "bbbb">]>'.encode()
    data = WHOLE.replace(b"?>\n<OAI", b"?>\n" + entity + b"<OAI").replace(b"One hub", b"One &e;&b; hub")
    assert "the secret" not in json.dumps(read(data))


def test_language_codes() -> None:
    assert [language_code(one) for one in ("en-GB", "cym", "Nederlands", "und", "")] == ["en", "cy", "nl", "", ""]


def test_sickle_reads_our_repository() -> None:
    records = [replace(RECORD, native_id=f"oai:trentside.example:{number}") for number in range(25)]
    records[7] = replace(GONE, native_id=records[7].native_id)
    with serve(Repository(records, page=10).answer) as site:
        client = Sickle(site.url("/oai"))
        found = list(client.ListRecords(metadataPrefix="oai_dc"))
        assert [one.header.identifier for one in found] == [one.native_id for one in records]
        assert [one.deleted for one in found].count(True) == 1
        assert found[0].metadata["title"] == [RECORD.title]
        assert found[0].metadata["description"] == [RECORD.summary, RECORD.text]
        assert client.Identify().repositoryName == "Trentside & friends"
        assert [one.setSpec for one in client.ListSets()] == ["practice"]
        assert [one.metadataPrefix for one in client.ListMetadataFormats()] == ["oai_dc"]
        assert len(list(client.ListIdentifiers(metadataPrefix="oai_dc"))) == 25
        assert client.GetRecord(identifier=records[3].native_id, metadataPrefix="oai_dc").metadata["language"] == ["en"]
