"""A hub whose sources are checked for real: a scripted website on loopback, and the hub that visits it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.accounts.service import make_link
from hub.cli.harvest import Harvested, harvest_now
from hub.cli.init import make_hub
from hub.organisations.service import add_organisation
from hub.policy import COMMAND_LINE
from hub.records.models import RecordRow
from hub.sources.models import ProblemRow, Run
from hub.sources.service import add_source
from hub.workshop import Workshop
from hub.wsgi import build
from tests.people import settings_in
from tests.servers.loopback import Answer, Request, Site, serve

XML = {"Content-Type": "application/xml"}
HTML = {"Content-Type": "text/html; charset=utf-8"}


@dataclass
class Website:
    """Pages by number, listed in a sitemap; `list_answer` replaces the sitemap's answer."""

    pages: dict[int, str] = field(default_factory=dict)
    list_answer: Answer | None = None

    def fill(self, count: int, words: str = "We collected food waste in ward") -> None:
        """`count` pages that differ in a number."""
        self.pages = {number: f"{words} {number}, and learned {number + 2} things." for number in range(count)}

    def answer(self, request: Request) -> Answer:
        if request.path == "/sitemap.xml":
            return self.list_answer or (200, XML, self._sitemap(request.headers["host"]))
        number = request.path.removeprefix("/p")
        if not number.isdigit() or int(number) not in self.pages:
            return 404, {}, b""
        text = self.pages[int(number)]
        page = f"<!doctype html><html lang='en'><title>Note {number}</title><main><h1>Note {number}</h1><p>{text}</p>"
        return 200, HTML, page

    def _sitemap(self, host: str) -> str:
        urls = "".join(f"<url><loc>http://{host}/p{number}</loc></url>" for number in self.pages)
        return f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{urls}</urlset>"


@dataclass
class Checked:
    """A hub, and what tests do with it."""

    parts: Workshop
    apps: list[Flask] = field(default_factory=list)

    def add(self, site: Site, kind: str = "sitemap", path: str = "/sitemap.xml", name: str = "") -> str:
        """A source at `path` of the site; its id."""
        return self.add_address(site.url(path), kind, name)

    def add_address(self, address: str, kind: str = "feed", name: str = "") -> str:
        """A source of an organisation of its own; its id."""
        with self.parts.database.writing() as session:
            organisation = add_organisation(
                session,
                actor=COMMAND_LINE,
                name=f"Northford {address.partition('//')[2]}",
                sector="council",
                contact_name="Web team",
            )
            return add_source(
                session, actor=COMMAND_LINE, organisation=organisation, kind=kind, address=address, name=name
            ).id

    def check(self, source: str) -> Harvested:
        """One check of the source, as `moothall harvest` does it."""
        return harvest_now(self.parts, [source])

    def run(self, source: str) -> Run:
        """The newest run of the source."""
        with self.parts.database.reading() as session:
            found = session.scalar(select(Run).where(Run.source_id == source).order_by(Run.created.desc()))
            assert found is not None
            return found

    def codes(self, source: str) -> list[str]:
        """The problems of the newest run."""
        run = self.run(source)
        with self.parts.database.reading() as session:
            return sorted(session.scalars(select(ProblemRow.code).where(ProblemRow.run_id == run.id)))

    def texts(self, source: str) -> dict[str, str]:
        """{title: text} of the living records."""
        with self.parts.database.reading() as session:
            rows = session.scalars(
                select(RecordRow).where(RecordRow.source_id == source, RecordRow.withdrawn_at.is_(None))
            )
            return {row.title: row.text for row in rows}

    def client(self) -> FlaskClient:
        """A browser that nobody has signed in."""
        return self._app().test_client()

    def operator(self) -> FlaskClient:
        """A browser that is signed in as the operator, and sends forms without the token of the page."""
        app = self._app()
        app.config["WTF_CSRF_ENABLED"] = False
        client = app.test_client()
        with self.parts.database.writing() as session:
            link = make_link(session, seconds=60)
        assert client.post(f"/sign-in/{link}").status_code == 303
        return client

    def _app(self) -> Flask:
        app = build(self.parts.settings)
        self.apps.append(app)
        return app

    def close(self) -> None:
        """End the hub, and every site that was made of it."""
        for app in self.apps:
            app.extensions["moothall"]["database"].close()
        self.parts.close()


@contextmanager
def checked_hub(folder: Path, **given: object) -> Iterator[Checked]:
    """A fresh hub in `folder`, with `given` settings."""
    made = Checked(make_hub(settings_in(folder, **given)))
    try:
        yield made
    finally:
        made.close()


@contextmanager
def website(count: int = 0) -> Iterator[tuple[Website, Site]]:
    """A website of `count` pages, and its server."""
    made = Website()
    made.fill(count)
    with serve(made.answer) as site:
        yield made, site
