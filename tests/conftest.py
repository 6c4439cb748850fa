"""Fixtures that every test may use, and the last lines of a run: what was not covered."""

import gc
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from harvesters.base import Tools
from harvesters.sandbox import Sandbox
from tests.databases import DATABASES, address_of
from tests.gaps import with_those_before
from tests.harvesters.workshop import tools_with
from tests.hub.site import filled_on_postgresql, filled_on_sqlite
from tests.people import World, world
from tests.scheduling import OneServer
from tests.servers.opensearch import VARIABLE, Node, NotHad, node
from tests.servers.postgres import Postgres, running

__all__ = ["filled_on_postgresql", "filled_on_sqlite"]

HERE = Path(__file__).parent
SELDOM = (20_000, 20, 20)
COMPILED_ONCE = "-XX:TieredStopAtLevel=1"
"""For a server that lives as long as the tests, compiling its code better takes longer than it saves."""
ALONE = "faults"
"""The folder of tests that kill servers and processes, and need the machine for themselves."""


def pytest_configure() -> None:
    """Thousands of tests are collected, and stay: the collector of cycles finds nothing among them, and rests."""
    gc.disable()


def pytest_collection_finish() -> None:
    """From here on it works, seldom, and passes over what there is already: else it takes a third of the time."""
    gc.freeze()
    gc.set_threshold(*SELDOM)
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is not to run beside other tests; a file whose tests measure marks itself."""
    for item in items:
        if item.path.relative_to(HERE).parts[0] == ALONE:
            item.add_marker(pytest.mark.alone)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneServer | None:
    """How tests are shared out when several run beside each other, by files."""
    return OneServer(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The PostgreSQL server of this session."""
    with running() as server:
        yield server


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a fresh database without tables, of one kind after the other; empty for the default, SQLite."""
    with address_of(request, request.param) as url:
        yield url


@pytest.fixture(params=DATABASES)
def hub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A fresh hub with two organisations, on one kind of database after the other."""
    with address_of(request, request.param, tables=True) as url, world(tmp_path / "hub", database_url=url) as made:
        yield made


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox without labels of topics."""
    with Sandbox() as made:
        yield made


@pytest.fixture
def tools(sandbox: Sandbox) -> Iterator[Tools]:
    """What a harvest works with, against loopback."""
    with tools_with(sandbox) as made:
        yield made


@pytest.fixture(scope="session")
def opensearch_server() -> Iterator[Node]:
    """A real OpenSearch that tests may kill, started when the first test asks for it and stopped after the last."""
    if VARIABLE in os.environ:
        pytest.skip(f"The search server killed or hung: that of {VARIABLE} is not ours to stop.")
    with ExitStack() as stack:
        try:
            made = stack.enter_context(node("512m", COMPILED_ONCE))
        except NotHad as why:
            pytest.skip(f"The search index on an OpenSearch server. {why}.")
        yield made


@pytest.fixture(scope="session")
def opensearch_node(request: pytest.FixtureRequest) -> str:
    """The address of a real OpenSearch: the one that the variable names, else ours."""
    given = os.environ.get(VARIABLE)
    if given:
        return given
    server: Node = request.getfixturevalue("opensearch_server")
    return server.address


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Every skip is a gap: name it at the end, where it is read."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = (str(report.longrepr[2]) for report in skipped if isinstance(report.longrepr, tuple))
    terminalreporter.section("not covered in this run")
    for reason in with_those_before(reasons) or ["Nothing: every test ran."]:
        terminalreporter.write_line(reason)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Where real servers are required, a test that is skipped for want of one has failed."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and item.get_closest_marker("server") and os.environ.get("MOOTHALL_REQUIRE_SERVERS") == "1":
        report.outcome = "failed"
        report.longrepr = f"Required by MOOTHALL_REQUIRE_SERVERS, but skipped: {report.longrepr}"
