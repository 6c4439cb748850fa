"""kill -9 of a harvest, anywhere: run again, and records and index are as if nothing had happened."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hub.cli.init import make_hub
from hub.config import environment
from hub.organisations.service import add_organisation
from hub.policy import COMMAND_LINE
from hub.sources.service import add_source
from tests.people import settings_in
from tests.servers.loopback import serve

ITEMS = 120
KILLS = 4


def feed(start: int) -> str:
    """One page of an archived feed (RFC 5005) of twelve entries."""
    entries = "".join(
        f"<entry><id>tag:kill,2026:{number}</id><title>Food waste round {number}</title><link href='/e/{number}'/>"
        f"<updated>2026-11-{number % 20 + 1:02d}T09:00:00Z</updated><content>Weekly collection of food waste and "
        f"recycling in ward {number} brought {number * 3} tonnes, and {number} complaints about missed bins.</content>"
        "</entry>"
        for number in range(start, start + 12)
    )
    older = f"<link rel='next' href='/feed?page={start // 12 + 2}'/>" if start + 12 < ITEMS else ""
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>Kill</title><id>x</id>{older}{entries}</feed>"


def hub_in(folder: Path, database_url: str, address: str):
    """A hub with this one source, and the environment for commands on it."""
    settings = settings_in(folder, database_url=database_url)
    parts = make_hub(settings)
    with parts.database.writing() as session:
        organisation = add_organisation(session, actor=COMMAND_LINE, name="Northford City", sector="council")
        add_source(session, actor=COMMAND_LINE, organisation=organisation, kind="feed", address=address, name="Kill")
    parts.close()
    return environment(settings)


def command(env: dict[str, str], *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "hub.cli", *words], env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def checked(env: dict[str, str]) -> dict[str, object]:
    """What `moothall check --json` prints, after it found no difference."""
    process = command(env, "check", "--json")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return json.loads(out)


def answer(request) -> object:
    """A slow page of the feed: long enough to be killed while it is waited for."""
    time.sleep(0.05)
    page = int(request.query.get("page", "1"))
    return 200, {"Content-Type": "application/atom+xml"}, feed((page - 1) * 12)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of a hub whose harvest nobody killed, on SQLite: it is the same whatever the database."""
    with serve(answer) as site:
        calm = hub_in(tmp_path_factory.mktemp("calm"), "", site.url("/feed"))
        out, err = command(calm, "harvest", "--all", "--json").communicate(timeout=120)
        assert json.loads(out)["new"] == ITEMS, err
        return str(checked(calm)["digest"])


@pytest.mark.server
def test_a_killed_harvest_goes_on_and_ends_the_same(tmp_path: Path, database_url: str, undisturbed: str) -> None:
    seed = int(os.environ.get("MOOTHALL_TEST_SEED", random.randrange(10**6)))
    print(f"seed {seed} (set MOOTHALL_TEST_SEED to repeat)")
    chance = random.Random(seed)
    with serve(answer) as site:
        killed = hub_in(tmp_path / "killed", database_url, site.url("/feed"))
        began = time.monotonic()
        whole = None
        for number in range(KILLS):
            process = command(killed, "harvest", "--all", "--json")
            try:
                process.communicate(timeout=(whole or 4.0) * chance.uniform(0.3, 0.9))
                whole = time.monotonic() - began
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
            print(f"kill {number}: {process.returncode}")
        process = command(killed, "harvest", "--all", "--json")
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert checked(killed)["digest"] == undisturbed
