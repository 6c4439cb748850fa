"""Fixtures that every test may use, and the last lines of a run: what was not covered."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.people import World, world


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[World]:
    """A fresh hub with two organisations."""
    with world(tmp_path / "hub") as made:
        yield made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Every skip is a gap: name it at the end, where it is read."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = sorted({str(report.longrepr[2]) for report in skipped if isinstance(report.longrepr, tuple)})
    terminalreporter.section("not covered in this run")
    for reason in reasons or ["Nothing: every test ran."]:
        terminalreporter.write_line(reason)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Where real servers are required, a test that is skipped for want of one has failed."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and item.get_closest_marker("server") and os.environ.get("MOOTHALL_REQUIRE_SERVERS") == "1":
        report.outcome = "failed"
        report.longrepr = f"Required by MOOTHALL_REQUIRE_SERVERS, but skipped: {report.longrepr}"
