"""A whole site for tests of its pages: three organisations, their records in database and index, and a reader."""

import functools
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from federation.record import Record
from harvesters.base import upsert
from hub import tables
from hub.accounts.models import PERSON, Membership, Person
from hub.accounts.service import make_link, open_stamped, use_link
from hub.accounts.sessions import SESSION_COOKIE
from hub.config import Settings, make_secret
from hub.db import Database, new_id, now
from hub.index.engines import open_writer
from hub.index.worker import deliver_all
from hub.indexed import documents_of
from hub.organisations.service import add_organisation, find_organisation
from hub.policy import COMMAND_LINE
from hub.readiness import upgrade
from hub.records.keeping import Defaults, Enriched, keep
from hub.records.models import RecordRow
from hub.records.service import withdraw
from hub.sources.models import Run, Source
from hub.topics.service import Vocabulary, store_scheme
from hub.wsgi import build
from tests.databases import DATABASES
from tests.hub.published import EASTMERE, FANS_AGAIN, HOMES_AGAIN, MINUTES, NORTHFORD, OGL, minutes
from tests.passwords import hash_quickly
from tests.people import file_of, settings_in, source_of
from tests.servers.postgres import Postgres
from tests.vocab.loaded import common, tagger

BASE = "http://127.0.0.1:8000"


def enriched(record: Record) -> Enriched:
    """What the sandbox would find in the record, found in this process."""
    text = f"{record.summary}\n{record.text}"
    language = tagger().lemmas.language_of(f"{record.title}\n{text}", record.language)
    found = tagger().suggest(record.title, text, language, 5, record.subjects)
    tags = [{"concept": t.concept, "score": t.score, "reasons": [asdict(why) for why in t.reasons]} for t in found]
    words = tagger().lemmas.index_words if language == "cy" else (lambda text, language: "")
    return Enriched(language, tuple(tags), words(f"{record.title}\n{text}", language), words(record.title, language))


@dataclass(frozen=True)
class Page:
    """An answer as somebody reads it."""

    answer: TestResponse
    root: Any = field(repr=False)

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def title(self) -> str:
        return _plain(self.root.findtext(".//title"))

    @property
    def heading(self) -> str:
        (heading,) = self.root.iter("h1")
        return _plain(heading.text_content())

    @property
    def words(self) -> str:
        """Everything that stands between header and footer, in one line."""
        return _plain(self.root.find(".//main").text_content())

    def all(self, path: str) -> list[str]:
        """The texts of what an XPath finds, each in one line."""
        return [_plain(one if isinstance(one, str) else one.text_content()) for one in self.root.xpath(path)]

    def links(self, part: str = "//main") -> dict[str, str]:
        """{words of a link: its address}, of a part of the page."""
        return {_plain(link.text_content()): link.get("href") for link in self.root.xpath(f"{part}//a[@href]")}

    def facts(self) -> dict[str, str]:
        """The list of facts: {name: what is said}."""
        names, said = self.all("//dl[@class='facts']/dt"), self.all("//dl[@class='facts']/dd")
        return dict(zip(names, said, strict=True))

    def choices(self, facet: str) -> dict[str, int]:
        """{value: number beside it} of a facet, as the form shows it."""
        boxes = self.root.xpath(f"//form//label[@class='choice'][input[@name='{facet}']]")
        return {box.find("input").get("value"): int(re.sub(r"\D", "", box.findtext("b"))) for box in boxes}

    @property
    def total(self) -> int:
        """The number of results in the heading."""
        return int(self.heading.split(" ")[0].replace(",", ""))

    @property
    def hits(self) -> list[str]:
        """The titles of the results."""
        return self.all("//article/h2")


@dataclass
class Site:
    """A hub with its records, and readers of it."""

    settings: Settings
    database: Database
    app: Flask
    ids: dict[str, str] = field(default_factory=dict)
    """{a record's native identifier: ours}."""

    def get(self, address: str, client: FlaskClient | None = None) -> TestResponse:
        """What a stranger gets at an address of this site, or whoever `client` is."""
        return (client or self.app.test_client()).get(address, base_url=BASE)

    def page(self, address: str, client: FlaskClient | None = None) -> Page:
        """The same, to be read."""
        answer = self.get(address, client)
        return Page(answer, html.fromstring(answer.text))

    def record(self, name: str, more: str = "") -> str:
        """The address of a record."""
        return f"/records/{self.ids[name]}{more}"

    def operator(self) -> FlaskClient:
        """A client that is signed in as the operator."""
        client = self.app.test_client()
        with self.database.writing() as session:
            secret = use_link(session, secret=make_link(session, seconds=60), seconds=600)
        client.set_cookie(SESSION_COOKIE, secret, domain="127.0.0.1")
        return client

    def person(self, name: str, roles: Mapping[str, str] = MappingProxyType({}), role: str = PERSON) -> FlaskClient:
        """A client that is signed in as somebody new; `roles` are {slug of an organisation: role there}."""
        client = self.app.test_client()
        with self.database.writing() as session:
            person = Person(name=name, email=f"{new_id()}@post.example", confirmed_at=now(), role=role)
            session.add(person)
            session.flush()
            for slug, there in roles.items():
                organisation = find_organisation(session, slug)
                session.add(Membership(person_id=person.id, organisation_id=organisation.id, role=there))
            secret = open_stamped(session, person.fs_uniquifier, {"fs_paa": time.time()}, 600)
        client.set_cookie(SESSION_COOKIE, secret, domain="127.0.0.1")
        return client

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """What the site asks of its database meanwhile; beginning a transaction is no question."""
        seen: list[str] = []
        engine = self.app.extensions["moothall"]["database"].engine

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if not statement.startswith("BEGIN"):
                seen.append(" ".join(statement.split()))

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)


@contextmanager
def empty_site(folder: Path, **given: object) -> Iterator[Site]:
    """A site whose hub has tables, the common topics and an empty index: what `moothall init` makes."""
    assert tables.TABLES
    folder.mkdir(parents=True, exist_ok=True)
    make_secret(folder)
    settings = settings_in(folder, **given)
    if settings.database_url:
        _prepare(settings.database)
    else:
        file_of(settings).write_bytes(_prepared_file())
    writer = open_writer(settings)
    writer.ensure()
    writer.release()
    with open_site(settings) as made:
        yield made


def _prepare(url: str) -> None:
    database = Database(url)
    upgrade(database)
    with database.writing() as session:
        store_scheme(session, common())
    database.close()


@functools.cache
def _prepared_file() -> bytes:
    """A database of SQLite with tables and topics, made once a run."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "prepared"
        _prepare(f"sqlite:///{file}")
        return file.read_bytes()


@contextmanager
def open_site(settings: Settings) -> Iterator[Site]:
    """The site of a hub that is there."""
    database = Database(settings.database)
    app = hash_quickly(build(settings))
    try:
        yield Site(settings, database, app)
    finally:
        app.extensions["moothall"]["database"].close()
        database.close()


@contextmanager
def filled_site(folder: Path, **given: object) -> Iterator[Site]:
    """A site with Northford City, Eastmere Fire and Rescue, and Quietshire, which has published nothing."""
    with empty_site(folder, **given) as made:
        fill(made)
        yield made


@pytest.fixture(scope="session")
def filled_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A filled site that nobody has open, to be copied."""
    with filled_site(tmp_path_factory.mktemp("filled") / "hub") as made:
        return made.settings


@pytest.fixture(scope="session")
def filled_on_postgresql(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The same on PostgreSQL."""
    with postgres.ready() as url:
        with filled_site(tmp_path_factory.mktemp("filled") / "hub", database_url=url) as made:
            settings = made.settings
        yield settings


@pytest.fixture(scope="module", params=DATABASES)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A filled site for all tests of a module, on one kind of database after the other: read it, do not change it."""
    first: Settings = request.getfixturevalue(f"filled_on_{request.param}")
    with ExitStack() as stack:
        url = ""
        if first.database_url:
            url = stack.enter_context(request.getfixturevalue("postgres").copied(first.database_url))
        settings = settings_in(tmp_path_factory.mktemp("site") / "hub", database_url=url)
        shutil.copytree(first.data, settings.data)
        made = stack.enter_context(open_site(settings))
        made.ids = ids_of(made.database)
        yield made


def ids_of(database: Database) -> dict[str, str]:
    """{a record's native identifier: ours}."""
    with database.reading() as session:
        return dict(session.execute(select(RecordRow.native_id, RecordRow.id)).all())


def fill(site: Site) -> None:
    """Put in what the members have published, and bring the index up to date."""
    northford, eastmere = _members(site)
    for record in NORTHFORD:
        _keep(site, northford, record)
    for number in range(MINUTES):
        _keep(site, northford, minutes(number))
    for record in EASTMERE:
        _keep(site, eastmere, record)
    for changed in (HOMES_AGAIN, FANS_AGAIN):
        _keep(site, northford, changed, "run2")
    with site.database.writing() as session:
        source = session.get_one(Source, northford.source_id)
        source.documents = len(NORTHFORD) + MINUTES - 1
        withdraw(session, source_id=source.id, native_ids=["fair"], run_id="run2", reason="Gone from the site.")
        session.add(Run(source_id=source.id, slot="1", state="complete", new=3, started=now(), ended=now()))
    site.ids = ids_of(site.database)
    deliver_all(site.database, open_writer(site.settings), documents_of(Vocabulary(site.database)))


@dataclass(frozen=True)
class _Kept:
    source_id: str
    defaults: Defaults


def _members(site: Site) -> tuple[_Kept, _Kept]:
    with site.database.writing() as session:
        northford = add_organisation(
            session,
            actor=COMMAND_LINE,
            name="Northford City",
            sector="council",
            website="https://northford.example/",
            area="North",
            about="A city of 140,000.",
            other_names=("Northford Council", "NCC"),
            contact_name="Housing standards",
            contact_email="standards@northford.example",
            contact_phone="01632 960 001",
        )
        eastmere = add_organisation(session, actor=COMMAND_LINE, name="Eastmere Fire and Rescue", sector="fire")
        add_organisation(session, actor=COMMAND_LINE, name="Quietshire", sector="health")
        first = source_of(session, northford.id)
        second = source_of(session, eastmere.id, "https://eastmere.example/feed")
        return (
            _Kept(first.id, Defaults(northford.id, contact="Improvement team")),
            _Kept(second.id, Defaults(eastmere.id, licence_uri=OGL)),
        )


def _keep(site: Site, kept: _Kept, record: Record, run_id: str = "run1") -> None:
    found = enriched(record) if record.text else Enriched(record.language)
    change = upsert(record, raw=f"<item>{record.native_id}</item>".encode())
    with site.database.writing() as session:
        keep(session, source_id=kept.source_id, run_id=run_id, found=[(change, found)], defaults=kept.defaults)


def parameters(address: str) -> dict[str, list[str]]:
    """What an address asks for."""
    return parse_qs(urlsplit(address).query)


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())
