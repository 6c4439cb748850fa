"""A hub that holds the corpus, served as in production: database with texts and tags, index, waitress in a process."""

import http.client
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from sqlalchemy import insert
from sqlalchemy.orm import Session

from benchmarks.corpus import ORGANISATIONS, SECTORS, TOPICS, Corpus
from hub.cli.init import make_hub
from hub.communities.models import Community, CommunityConcept
from hub.config import Settings, read_settings
from hub.index.base import RECORD, Document
from hub.organisations.models import Organisation
from hub.processes import end, start
from hub.records.models import RecordRow, Tag
from hub.sources.models import Source
from hub.topics.service import store_scheme
from vocab.scheme import BASE, Concept, Label, Scheme

BATCH: Final = 2_000


def settings_of(folder: Path, port: int = 0, search_url: str = "embedded:") -> Settings:
    """The hub in `folder`, with the index in it or on a server."""
    return read_settings(
        data=folder,
        database_url="",
        search_url=search_url,
        base_url=f"http://127.0.0.1:{port}",
        trusted_hosts="127.0.0.1",
        fetch_allow="127.0.0.0/8:*",
    )


def fill(folder: Path, corpus: Corpus) -> None:
    """Every record as a row with its text and tags, communities, 200 organisations with a source each, 240 topics."""
    parts = make_hub(settings_of(folder))
    with parts.database.writing() as session:
        store_scheme(session, _scheme())
        session.add_all(_organisations())
        session.flush()
        session.add_all(_sources())
    documents = corpus.documents()
    while batch := list(islice(documents, BATCH)):
        with parts.database.writing() as session:
            _write(session, batch)
    parts.close()


def _scheme() -> Scheme:
    numbers = range(TOPICS)
    concepts = [_concept(f"T{number:03d}", f"T{number:03d}"[:2] + "x") for number in numbers]
    tops = [_concept(f"T{number}x", "") for number in range(-(-TOPICS // 100))]
    return Scheme(BASE, {"en": "Corpus"}, "1", "", {one.uri: one for one in [*tops, *concepts]})


def _concept(notation: str, broader: str) -> Concept:
    labels = (Label("pref", "en", f"Subject {notation}"),)
    return Concept(BASE + notation, notation, labels, (BASE + broader,) if broader else (), top=not broader)


def _organisations() -> list[Organisation]:
    known = ("council", "police", "fire", "health", "central", "education", "voluntary")
    return [
        Organisation(
            id=f"organisation-{number:03d}",
            slug=f"organisation-{number:03d}",
            name=f"Organisation {number}",
            sector=SECTORS[number % len(SECTORS)] if SECTORS[number % len(SECTORS)] in known else "council",
        )
        for number in range(ORGANISATIONS)
    ]


def _sources() -> list[Source]:
    return [
        Source(
            id=f"source-{number:03d}",
            organisation_id=f"organisation-{number:03d}",
            name=f"Source {number}",
            kind="feed",
            address=f"https://organisation-{number:03d}.example/feed",
            paused=True,
        )
        for number in range(ORGANISATIONS)
    ]


def _write(session: Session, batch: list[Document]) -> None:
    others = [one for one in batch if one.document_type != RECORD]
    if others:
        session.execute(insert(Community), [_community(one) for one in others])
        about = [{"community_id": one.id, "concept_uri": BASE + topic} for one in others for topic in set(one.topics)]
        session.execute(insert(CommunityConcept), about)
    batch = [one for one in batch if one.document_type == RECORD]
    session.execute(insert(RecordRow), [_row(one) for one in batch])
    tags = [
        {"record_id": one.id, "concept_uri": BASE + topic, "state": "suggested", "score": 1.0 - at / 10, "reasons": []}
        for one in batch
        for at, topic in enumerate(dict.fromkeys(one.topics))
    ]
    session.execute(insert(Tag), tags)


def _community(document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "slug": document.community,
        "name": document.title,
        "purpose": document.body,
        "folded": f"{document.title}\n{document.body}".casefold(),
        "organisation_id": document.organisation,
    }


def _row(document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "source_id": document.organisation.replace("organisation", "source"),
        "organisation_id": document.organisation,
        "native_id": document.id,
        "url": f"https://{document.organisation}.example/{document.id}",
        "title": document.title,
        "summary": document.body[:200],
        "language": "en",
        "type": document.type,
        "published": document.published,
        "licence_uri": "https://creativecommons.org/licenses/by/4.0/",
        "licence_basis": "record",
        "meta_hash": "",
        "text_hash": "",
        "work_id": document.id,
        "text": document.body,
    }


class Page:
    """The search page over loopback, on one connection that stays open."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)

    def get(self, *words: str) -> bytes:
        """The whole page for these words."""
        self._connection.request("GET", "/search?" + urlencode({"q": " ".join(words)}))
        answer = self._connection.getresponse()
        body = answer.read()
        assert answer.status == 200, answer.status
        return body


@contextmanager
def serving(settings: Settings) -> Iterator[Settings]:
    """The web process of this hub, at a free port that the settings say."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = settings_of(settings.data, port, settings.search_url)
    process = start("web", settings)
    try:
        wait_for(port)
        yield settings
    finally:
        end([process])


@contextmanager
def served(settings: Settings) -> Iterator[Page]:
    """Its search page."""
    with serving(settings) as made:
        yield Page(urlsplit(made.base_url).port or 0)


def wait_for(port: int) -> None:
    """Until somebody listens there."""
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the web process did not come up")
