"""The work process: what is due is harvested and found, whoever works, whatever is killed, whatever message is lost."""

import shutil
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from hub.accounts.models import Person
from hub.config import SHORT, Settings, read_settings
from hub.db import now
from hub.errors import BadInput, IndexUnavailable
from hub.index.engines import open_reader
from hub.jobs import JOBS, work
from hub.mail.delivery import Mailer
from hub.mail.models import Mail
from hub.mail.relay import read_relay
from hub.notices.following import IMMEDIATELY, SEARCH, follow
from hub.organisations.service import find_organisation
from hub.policy import COMMAND_LINE
from hub.records.models import RecordRow
from hub.sources.leases import queue_run
from hub.sources.models import ProblemRow, Run, Source
from hub.sources.service import add_source
from hub.workshop import Workshop
from tests.databases import address_of, on_both
from tests.hub.mail.made import Clock, drain, mail_of, queue
from tests.hub.running import ENDS, hub_in, working
from tests.hub.tasks.waiting import until
from tests.people import settings_in
from tests.servers.loopback import Request, serve
from tests.servers.smtp import saying, smtp

pytestmark = pytest.mark.alone

ATOM = {"Content-Type": "application/atom+xml"}
ENTRIES = 24


def feed(page: int = 1, pages: int = 1) -> str:
    """One page of a feed (RFC 5005) of so many pages, with twelve entries each."""
    entries = "".join(
        f"<entry><id>tag:work,2026:{page}-{number}</id><title>Damp and mould {page}-{number}</title>"
        f"<link href='/e/{page}/{number}'/><updated>2026-11-{number + 1:02d}T09:00:00Z</updated>"
        f"<content>Repairs to {page * 12 + number} damp homes.</content></entry>"
        for number in range(12)
    )
    older = f"<link rel='next' href='/feed?page={page + 1}'/>" if page < pages else ""
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>Work</title><id>x</id>{older}{entries}</feed>"


@pytest.fixture(scope="module")
def first_hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a hub that is made once."""
    folder = tmp_path_factory.mktemp("first") / "hub"
    with hub_in(folder):
        return folder


@pytest.fixture
def hub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workshop]:
    """A copy of it; with `on_both` on PostgreSQL too, made anew."""
    if getattr(request, "param", "sqlite") == "postgresql":
        with address_of(request, "postgresql") as url, hub_in(tmp_path / "hub", database_url=url) as made:
            yield made
        return
    shutil.copytree(request.getfixturevalue("first_hub"), tmp_path / "hub")
    parts = Workshop(settings_in(tmp_path / "hub"))
    yield parts
    parts.close()


def source_at(hub: Workshop, address: str, **more: object) -> str:
    """A source of Northford, due now; its id."""
    with hub.database.writing() as session:
        northford = find_organisation(session, "northford-city")
        row = add_source(session, actor=COMMAND_LINE, organisation=northford, kind="feed", address=address)
        for name, value in more.items():
            setattr(row, name, value)
        return row.id


def runs_of(hub: Workshop, source_id: str) -> list[Run]:
    with hub.database.reading() as session:
        return list(session.scalars(select(Run).where(Run.source_id == source_id).order_by(Run.created)))


def indexed(hub: Workshop) -> int:
    try:
        return open_reader(hub.settings).stats().documents
    except IndexUnavailable:
        return -1


def count(hub: Workshop, table: type) -> int:
    with hub.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@on_both("hub")
def test_what_is_due_is_harvested_and_appears_in_the_index(hub: Workshop) -> None:
    with serve({"/feed": (200, ATOM, feed())}) as site, working(hub.settings) as process:
        source_id = source_at(hub, site.url("/feed"))
        later = source_at(hub, site.url("/later"), next_due=now() + timedelta(hours=1))
        assert until(lambda: indexed(hub) == 12)
        assert until(lambda: [run.state for run in runs_of(hub, source_id)] == ["complete"])
        process.terminate()
        _, err = process.communicate(timeout=ENDS)
    assert (process.returncode, err) == (0, "")
    assert runs_of(hub, later) == []
    assert count(hub, RecordRow) == 12
    with hub.database.reading() as session:
        due = session.get_one(Source, source_id).next_due
    assert due is not None
    assert due > now() + timedelta(minutes=55), "the next check is an hour from now"


@on_both("hub")
def test_two_work_processes_do_each_slot_once(hub: Workshop) -> None:
    with serve({"*": lambda request: (200, ATOM, feed())}) as site:
        ids = [source_at(hub, site.url(f"/feed{number}"), interval=1) for number in range(3)]
        with working(hub.settings) as one, working(hub.settings) as two:
            assert until(lambda: all(len(runs_of(hub, id)) >= 3 for id in ids))
            for process in (one, two):
                process.terminate()
            errors = [process.communicate(timeout=ENDS)[1] for process in (one, two)]
    assert errors == ["", ""]
    for number, id in enumerate(ids):
        runs = runs_of(hub, id)
        assert len({run.slot for run in runs}) == len(runs)
        whole = [run for run in runs if run.state == "complete"]
        assert len(whole) >= 2
        assert all(run.fence == run.attempts == 1 for run in whole), "nobody took it from somebody else"
        assert Counter(site.paths)[f"/feed{number}"] in (len(whole), len(runs)), "each was read once"
        for before, after in zip(whole, whole[1:], strict=False):
            assert before.ended is not None
            assert after.started is not None
            assert before.ended <= after.started, "one at a time"
        workers = {run.lease_owner for run in whole}
        print(f"source {number}: {len(whole)} checks by {len(workers)} processes")
    assert count(hub, RecordRow) == 12 * len(ids)


@on_both("hub")
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL], ids=["told to end", "killed"])
def test_a_check_whose_worker_ends_is_taken_up_by_the_next(hub: Workshop, end: signal.Signals) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def answer(request: Request) -> tuple[int, dict[str, str], str]:
        page = int(request.query.get("page", "1"))
        if page == 2 and not go_on.is_set():
            asked.set()
            go_on.wait(ENDS)
        return 200, ATOM, feed(page, ENTRIES // 12)

    with serve({"/feed": answer}) as site:
        source_id = source_at(hub, site.url("/feed"))
        with working(hub.settings) as first:
            assert asked.wait(ENDS), "the check is in its middle"
            assert until(lambda: indexed(hub) == 12)
            first.send_signal(end)
            _, err = first.communicate(timeout=ENDS)
        (run,) = runs_of(hub, source_id)
        assert (run.state, run.new, run.failed) == ("running", 12, 0), "it did not fail, it waits"
        go_on.set()
        with working(hub.settings):
            assert until(lambda: [run.state for run in runs_of(hub, source_id)] == ["complete"])
            assert until(lambda: indexed(hub) == ENTRIES)
    assert err == ""
    (run,) = runs_of(hub, source_id)
    assert (run.new, run.fence) == (ENTRIES, 2)
    assert (count(hub, RecordRow), count(hub, ProblemRow)) == (ENTRIES, 0)
    with hub.database.reading() as session:
        assert session.get_one(Source, source_id).failures == 0


@on_both("hub")
def test_a_message_that_is_lost_loses_nothing(hub: Workshop) -> None:
    with serve({"/feed": (200, ATOM, feed())}) as site:
        source_id = source_at(hub, site.url("/feed"), paused=True)
        with hub.database.writing() as session:
            queue_run(session, session.get_one(Source, source_id))
        with working(hub.settings):
            assert until(lambda: [run.state for run in runs_of(hub, source_id)] == ["complete"])
            assert until(lambda: indexed(hub) == 12)


@pytest.fixture
def signals() -> Iterator[None]:
    """The handlers of this process are put back: `work` takes SIGTERM and SIGINT for itself."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def with_relay(hub: Workshop, port: int) -> Settings:
    given = {"mail_url": f"smtp://127.0.0.1:{port}", "mail_from": "hub@hub.example"}
    return hub.settings.model_copy(update=given)


@on_both("hub")
def test_the_work_process_sends_mails_and_forgets_old_ones(hub: Workshop) -> None:
    queue(hub.database, "old")
    with hub.database.writing() as session:
        old = session.scalars(select(Mail)).one()
        old.state, old.sent = "sent", now() - timedelta(days=31)
    with smtp() as post, working(with_relay(hub, post.port)) as process:
        id = queue(hub.database)
        assert until(lambda: mail_of(hub.database).state == "sent")
        assert until(lambda: count(hub, Mail) == 1)
        process.terminate()
        _, err = process.communicate(timeout=ENDS)
    assert (process.returncode, err) == (0, "")
    assert [one.message["Message-ID"] for one in post.mails] == [f"<{id}@127.0.0.1>"]


@on_both("hub")
def test_what_a_check_brings_reaches_by_mail_who_follows_it(hub: Workshop) -> None:
    with hub.database.writing() as session:
        ann = Person(name="Ann", email="ann@northford.example", confirmed_at=now())
        session.add(ann)
        session.flush()
        follow(session, person_id=ann.id, kind=SEARCH, key="q=mould", frequency=IMMEDIATELY)
    with smtp() as post, serve({"/feed": (200, ATOM, feed())}) as site, working(with_relay(hub, post.port)) as process:
        source_at(hub, site.url("/feed"))
        assert until(lambda: bool(post.mails), 60)
        process.terminate()
        _, err = process.communicate(timeout=ENDS)
    assert (process.returncode, err) == (0, "")
    assert post.mails[0].recipients == ("ann@northford.example",)
    assert post.mails[0].message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@on_both("hub")
def test_a_mail_whose_sender_is_killed_before_the_relays_yes_is_sent_again_as_the_same(hub: Workshop) -> None:
    queue(hub.database)
    with smtp() as post:
        post.hang = "answer"
        settings = with_relay(hub, post.port)
        with working(settings) as process:
            assert until(lambda: post.mails)
            process.kill()
        post.hang, relay = "", read_relay(settings)
        assert relay is not None
        mailer = Mailer(hub.database, relay, SHORT, Clock(timedelta(minutes=5)))
        assert drain(mailer) == ["sent"]
        mailer.close()
    first, second = (one.message["Message-ID"] for one in post.mails)
    assert first == second


def test_a_relay_that_hangs_delays_neither_checks_nor_the_end(hub: Workshop) -> None:
    queue(hub.database)
    relay = with_relay(hub, 0).model_copy(update={"times": ""})
    with serve({"/feed": (200, ATOM, feed())}) as site, saying() as port:
        source_id = source_at(hub, site.url("/feed"))
        settings = relay.model_copy(update={"mail_url": f"smtp://127.0.0.1:{port}"})
        with working(settings) as process:
            assert until(lambda: mail_of(hub.database).attempts == 1)
            assert until(lambda: [run.state for run in runs_of(hub, source_id)] == ["complete"], 30)
            assert until(lambda: indexed(hub) == 12)
            assert mail_of(hub.database).lease, "the mailer is at it still"
            process.terminate()
            process.communicate(timeout=ENDS)
    assert process.returncode == 0
    mail = mail_of(hub.database)
    assert (mail.state, mail.lease) == ("queued", "")


def test_a_relay_that_cannot_be_is_refused_before_any_work(hub: Workshop) -> None:
    settings = hub.settings.model_copy(update={"mail_url": "pop://u:hunter2@x"})
    with pytest.raises(BadInput, match="MOOTHALL_MAIL_URL cannot be used: it begins with neither"):
        Workshop(settings)


@pytest.mark.usefixtures("signals")
def test_work_ends_when_it_is_told_to_by_its_caller(hub: Workshop) -> None:
    stop, found = threading.Event(), []

    def watch() -> None:
        found.append(until(lambda: indexed(hub) == 12))
        stop.set()

    watcher = threading.Thread(target=watch)
    with serve({"/feed": (200, ATOM, feed())}) as site:
        source_at(hub, site.url("/feed"))
        watcher.start()
        work(hub.settings, stop)
        watcher.join()
    assert found == [True]


def test_a_broken_list_of_networks_is_refused_before_any_work(hub: Workshop) -> None:
    settings = read_settings(**{**hub.settings.model_dump(), "fetch_allow": "everywhere"})
    with pytest.raises(BadInput, match="MOOTHALL_FETCH_ALLOW cannot be used: “everywhere” must be a network"):
        Workshop(settings)


def test_every_job_has_a_name_and_an_unknown_run_does_no_harm(hub: Workshop) -> None:
    assert list(JOBS) == ["harvest"]
    JOBS["harvest"](hub, "0193-there-is-none")
    assert count(hub, Run) == 0
