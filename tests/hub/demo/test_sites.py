"""The six sites are real servers, each of another shape; their faults are those of real ones."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from sickle import Sickle
from sickle.oaiexceptions import (
    BadArgument,
    BadResumptionToken,
    CannotDisseminateFormat,
    IdDoesNotExist,
    NoRecordsMatch,
)

from hub.cli.harvest import harvest_now
from hub.cli.init import make_hub
from hub.demo.members import register, start_sites
from hub.demo.sites.folder import Dyffryn
from hub.demo.sites.moved import Noordhaven
from hub.demo.sites.oai import PAGE, Trentside
from hub.demo.sites.rss import Westmarch
from hub.demo.sites.server import Site
from hub.demo.sites.website import Calder
from hub.demo.texts import texts
from hub.errors import Unavailable
from hub.sources.digest import digest_of
from tests.people import settings_in


def fetched(address: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    try:
        with closing(urlopen(Request(address, headers=headers))) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


def test_the_broken_feed_is_broken_as_real_ones_are() -> None:
    with Westmarch() as site:
        _, headers, body = fetched(f"{site.base}/rss.xml")
    assert "utf-8" in headers["Content-Type"]
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")
    text = body.decode("cp1252")
    assert "&mdash;" in text
    assert "<link>/what-works/" in text
    guids = [part.split("</guid>")[0] for part in text.split('isPermaLink="false">')[1:]]
    assert len(guids) == len(set(guids)) + 1


def test_the_old_address_fails_once_and_then_moves_for_good() -> None:
    with Noordhaven() as site:
        assert fetched(f"{site.base}/oud/feed")[0] == 500
        status, headers, body = fetched(f"{site.base}/oud/feed")
    assert status == 200
    assert headers["Content-Type"] == "application/feed+json"
    assert body.count(b'"content_html"') == len(texts("noordhaven"))


def test_pages_of_the_website_have_what_pages_have_besides_their_text() -> None:
    with Calder() as site:
        text = site.texts[0]
        _, _, body = fetched(site.base + site.path_of(text))
        listed = fetched(f"{site.base}/sitemap.xml")[2]
    for part in (b"cookie-banner", b"<nav>", b"application/ld+json", b"<aside>", b"<footer>"):
        assert part in body
    assert listed.count(b"<loc>") == len(site.texts)


def test_the_folder_lists_files_that_are_there_in_four_formats() -> None:
    with Dyffryn() as site:
        listing = fetched(f"{site.base}/dogfennau/")[2]
        assert b"Index of /dogfennau" in listing
        starts = {"pdf": b"%PDF-", "docx": b"PK", "odt": b"PK", "xlsx": b"PK"}
        for text in site.texts:
            status, _, body = fetched(site.base + site.path_of(text))
            assert status == 200
            assert body.startswith(starts[text.format])
    assert {text.format for text in site.texts} == set(starts)


@pytest.mark.parametrize("kind", [Westmarch, Calder, Dyffryn, Trentside, Noordhaven])
def test_every_document_has_an_address_that_answers_304(kind: type[Site]) -> None:
    with kind() as site:
        address = site.base + site.path_of(site.texts[0])
        status, headers, _ = fetched(address)
        assert status == 200
        assert fetched(address, **{"If-None-Match": headers["ETag"]})[0] == 304
        assert fetched(address, **{"If-Modified-Since": headers["Last-Modified"]})[0] == 304
        assert fetched(f"{site.base}/nothing-here")[0] == 404


@pytest.fixture(scope="module")
def repository() -> Iterator[Sickle]:
    with Trentside() as site:
        yield Sickle(f"{site.base}/oai")


def test_an_oai_client_reads_the_repository(repository: Sickle) -> None:
    everything = list(repository.ListRecords(metadataPrefix="oai_dc"))
    assert len(everything) == len(texts("trentside")) > 2 * PAGE
    assert sum(record.header.deleted for record in everything) == 1
    assert repository.Identify().deletedRecord == "persistent"
    specs = [one.setSpec for one in repository.ListSets()]
    living = [record for record in everything if not record.header.deleted]
    in_sets = [list(repository.ListIdentifiers(metadataPrefix="oai_dc", set=spec)) for spec in specs]
    assert sum(map(len, in_sets)) == len(everything)
    one = repository.GetRecord(metadataPrefix="oai_dc", identifier=living[0].header.identifier)
    assert one.metadata["title"] == living[0].metadata["title"]
    recent = list(repository.ListRecords(metadataPrefix="oai_dc", **{"from": "2026-09-01", "until": "2026-09-30"}))
    assert 0 < len(recent) < len(living)
    assert all(record.header.datestamp.startswith("2026-09") for record in recent)


@pytest.mark.parametrize(
    ("error", "verb", "arguments"),
    [
        (BadArgument, "ListRecords", {"metadataPrefix": "oai_dc", "from": "yesterday"}),
        (
            BadArgument,
            "ListRecords",
            {"metadataPrefix": "oai_dc", "from": "2026-01-01", "until": "2026-01-01T00:00:00Z"},
        ),
        (BadArgument, "ListRecords", {"metadataPrefix": "oai_dc", "colour": "green"}),
        (BadResumptionToken, "ListRecords", {"resumptionToken": "99!!!"}),
        (BadResumptionToken, "ListRecords", {"resumptionToken": "nonsense"}),
        (CannotDisseminateFormat, "ListRecords", {"metadataPrefix": "marc21"}),
        (IdDoesNotExist, "GetRecord", {"metadataPrefix": "oai_dc", "identifier": "oai:none:1"}),
        (NoRecordsMatch, "ListRecords", {"metadataPrefix": "oai_dc", "from": "2099-01-01"}),
    ],
)
def test_the_repository_says_what_is_wrong(
    repository: Sickle, error: type[Exception], verb: str, arguments: dict[str, str]
) -> None:
    with pytest.raises(error):
        getattr(repository, verb)(**arguments)


def test_all_six_are_collected_and_one_note_is_withdrawn_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = make_hub(settings_in(tmp_path / "hub"))
    with start_sites({}) as sites:
        sources = register(parts.database, sites)
        first = harvest_now(parts, sources)
        assert (first.sources, first.failed, first.held) == (6, [], [])
        assert first.new == sum(len(site.texts) for site in sites.values())
        assert register(parts.database, sites) == sources
        with parts.database.reading() as session:
            before = digest_of(session)
        again = harvest_now(parts, sources)
        assert (again.extracted, again.index_writes, again.new, again.changed) == (0, 0, 0, 0)
        with parts.database.reading() as session:
            assert digest_of(session) == before
        monkeypatch.setattr(Trentside, "withdraws_after", timedelta(0))
        later = harvest_now(parts, sources)
        assert (later.deleted, later.new, later.changed) == (1, 0, 0)
    parts.close()


def test_a_port_that_is_taken_is_told_with_what_to_do() -> None:
    with start_sites({}) as sites, pytest.raises(Unavailable, match="is the demo running already"):  # noqa: SIM117
        with start_sites({"calder": sites["calder"].port}):
            pass
