"""A hub that has harvested a feed, copied for each test: making one takes more than a second."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from hub.cli.harvest import harvest_now
from hub.cli.init import make_hub
from hub.config import Settings, environment
from hub.organisations.service import add_organisation
from hub.policy import COMMAND_LINE
from hub.sources.service import add_source
from tests.hub.cli.typed import ATOM, PAGE, Terminal, feed_of
from tests.people import settings_in
from tests.servers.loopback import Site, serve
from tests.servers.postgres import Postgres, programs

ENTRIES = 3


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """Northford's site: a feed of three entries, a second one, and a page that is neither."""
    feed = 200, ATOM, feed_of(ENTRIES)
    with serve({"/feed": feed, "/other": feed, "/news": PAGE}) as running:
        yield running


@pytest.fixture(scope="session")
def first_hub(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Northford City with one source, “Northford news”, harvested once."""
    return _harvested(settings_in(tmp_path_factory.mktemp("first") / "hub"), site)


@pytest.fixture(scope="session")
def first_hub_on_postgresql(
    site: Site, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """The same on PostgreSQL."""
    with postgres.ready() as url:
        yield _harvested(settings_in(tmp_path_factory.mktemp("first") / "hub", database_url=url), site)


def _harvested(settings: Settings, site: Site) -> Settings:
    parts = make_hub(settings)
    with parts.database.writing() as session:
        northford = add_organisation(session, actor=COMMAND_LINE, name="Northford City", sector="council")
        address = site.url("/feed")
        source = add_source(
            session, actor=COMMAND_LINE, organisation=northford, kind="feed", address=address, name="Northford news"
        )
    assert harvest_now(parts, [source.id]).new == ENTRIES
    parts.close()
    return settings


@pytest.fixture
def terminal(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Terminal]:
    """A copy of that hub, and the environment in which commands find it; with `on_both` on each kind of database."""
    with ExitStack() as stack:
        if getattr(request, "param", "sqlite") == "sqlite":
            first, url = request.getfixturevalue("first_hub"), ""
        else:
            first = request.getfixturevalue("first_hub_on_postgresql")
            url = stack.enter_context(request.getfixturevalue("postgres").copied(first.database_url))
            monkeypatch.setenv("PATH", str(programs()), prepend=":")
        settings = settings_in(tmp_path / "hub", database_url=url)
        shutil.copytree(first.data, settings.data)
        yield _at(settings, monkeypatch, capsys)


@pytest.fixture
def no_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """Where no hub has been made yet."""
    return _at(settings_in(tmp_path / "hub"), monkeypatch, capsys)


def _at(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    for name, value in environment(settings).items():
        if name.startswith("MOOTHALL_"):
            monkeypatch.setenv(name, value)
    return Terminal(settings, monkeypatch, capsys)
