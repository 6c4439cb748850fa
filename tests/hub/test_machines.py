"""The work on several machines: tickers and workers as processes of their own, one queue, each slot exactly once."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select

from hub.organisations.service import find_organisation
from hub.policy import COMMAND_LINE
from hub.sources.models import Run, Source
from hub.sources.service import add_source
from hub.workshop import Workshop
from tests.hub.running import ENDS, answers, hub_in, running
from tests.hub.tasks.waiting import until
from tests.servers.loopback import Request, serve
from tests.servers.postgres import Postgres
from tests.servers.redis import needs_redis, redis_in

SOURCES = 4
ROUNDS = 3
ENTRY = (
    "<feed xmlns='http://www.w3.org/2005/Atom'><title>x</title><id>x</id><entry><id>tag:m,2026:{0}</id><title>Note {0}"
    "</title><link href='/e/{0}'/><updated>2026-11-01T09:00:00Z</updated><content>Food waste.</content></entry></feed>"
)

pytestmark = [pytest.mark.server, pytest.mark.alone]


@pytest.fixture(
    params=[
        "sqlite, sqlite",
        pytest.param("sqlite, redis", marks=needs_redis),
        "postgresql, postgresql",
    ]
)
def hub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workshop]:
    """A hub on (database, courier)."""
    where, how = request.param.split(", ")
    with ExitStack() as stack:
        given: dict[str, object] = {}
        if where == "postgresql":
            postgres: Postgres = request.getfixturevalue("postgres")
            given["database_url"] = stack.enter_context(postgres.empty())
        if how == "redis":
            given["courier_url"] = stack.enter_context(redis_in(tmp_path))
        elif how == "postgresql":
            given["courier_url"] = given["database_url"]
        yield stack.enter_context(hub_in(tmp_path / "hub", **given))


def test_two_tickers_and_four_workers_do_each_slot_exactly_once(hub: Workshop) -> None:
    def answer(request: Request) -> tuple[int, dict[str, str], str]:
        return 200, {"Content-Type": "application/atom+xml"}, ENTRY.format(request.path[1:])

    with serve({"*": answer}) as site, ExitStack() as stack:
        with hub.database.writing() as session:
            organisation = find_organisation(session, "northford-city")
            for number in range(SOURCES):
                source = add_source(
                    session,
                    actor=COMMAND_LINE,
                    organisation=organisation,
                    kind="feed",
                    address=site.url(f"/{number}"),
                    name=str(number),
                )
                source.interval = 1
        roles = ["tick"] * 2 + ["worker"] * 4
        processes = [stack.enter_context(running(hub.settings, "-m", "hub.cli", role)) for role in roles]
        assert until(lambda: min(done(hub).values(), default=0) >= ROUNDS, 60), done(hub)
        for process in processes:
            process.terminate()
        errors = [process.communicate(timeout=ENDS)[1] for process in processes]
    assert errors == [""] * len(roles)
    with hub.database.reading() as session:
        runs = list(session.scalars(select(Run)))
        assert len({(run.source_id, run.slot) for run in runs}) == len(runs)
        whole = [run for run in runs if run.state == "complete"]
        assert all(run.fence == run.attempts == 1 for run in whole), "nobody took it from somebody else"
        asked = Counter(site.paths)
        for name in session.scalars(select(Source.name)):
            assert asked[f"/{name}"] <= len([run for run in runs if run.started]), "each check asked once"
    print(f"{len(whole)} checks by {len({run.lease_owner for run in whole})} workers")


def done(hub: Workshop) -> dict[str, int]:
    """{source: complete checks}, of all that have any."""
    with hub.database.reading() as session:
        found = Counter(session.scalars(select(Run.source_id).where(Run.state == "complete")))
    return dict(found) if len(found) == SOURCES else {}


def test_the_site_alone_serves_and_shows_what_others_do(tmp_path: Path) -> None:
    with hub_in(tmp_path / "hub") as made, running(made.settings, "-m", "hub.cli", "serve") as process:
        assert until(lambda: answers(made.settings))
        process.terminate()
        _, errors = process.communicate(timeout=ENDS)
    assert "Traceback" not in errors
