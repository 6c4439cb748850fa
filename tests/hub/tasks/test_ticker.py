"""The ticker: one call at a time, missed ones once, and harmless when there are two of it."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from hub.db import now
from hub.jobs import start_due
from hub.sources.models import Run
from hub.tasks.courier import Courier
from hub.tasks.ticker import Ticker
from hub.workshop import Workshop
from tests.hub.tasks.waiting import until
from tests.people import World, source_of

pytestmark = pytest.mark.alone

TICK = 0.05


@pytest.fixture
def ticker() -> Iterator[Ticker]:
    made = Ticker()
    yield made
    made.stop()


def test_it_calls_each_function_again_and_again_from_the_start_to_the_stop(ticker: Ticker) -> None:
    called: dict[str, int] = {"often": 0, "seldom": 0}

    def count(name: str) -> None:
        called[name] += 1

    ticker.every(TICK, partial(count, "often"))
    ticker.every(TICK * 8, partial(count, "seldom"))
    assert called == {"often": 0, "seldom": 0}
    ticker.start()
    assert until(lambda: called["seldom"] >= 2)
    assert called["often"] > called["seldom"]
    ticker.stop()
    assert until(lambda: not any(one.name == "APScheduler" for one in threading.enumerate()))
    then = dict(called)
    assert not until(lambda: called["often"] > then["often"] + 1, seconds=TICK * 4), "one call may have been under way"


def test_a_slow_call_is_not_overtaken_and_not_made_up_for(ticker: Ticker) -> None:
    go_on = threading.Event()
    at_work = threading.Lock()
    begun: list[float] = []
    together: list[float] = []

    def slow() -> None:
        if not at_work.acquire(blocking=False):
            together.append(time.monotonic())
            return
        begun.append(time.monotonic())
        if len(begun) == 1:
            go_on.wait(10)
        at_work.release()

    ticker.every(TICK, slow)
    ticker.start()
    assert until(lambda: begun)
    first = begun[0]
    assert until(lambda: time.monotonic() - first > TICK * 8)
    assert len(begun) == 1
    released = time.monotonic()
    go_on.set()
    assert until(lambda: len(begun) >= 5)
    assert begun[4] - released > TICK * 2, "the eight that were missed do not follow at once"
    assert together == []


def test_after_a_standstill_the_missed_ticks_are_one() -> None:
    program = (
        "import time; from hub.tasks.ticker import Ticker; ticker = Ticker();"
        f"ticker.every({TICK}, lambda: print(time.monotonic(), flush=True)); ticker.start(); time.sleep(30)"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process, process.stdout as ticks:
        ticks.readline()
        process.send_signal(signal.SIGSTOP)
        stopped = time.monotonic()
        assert until(lambda: time.monotonic() - stopped > TICK * 20)
        went_on = time.monotonic()
        process.send_signal(signal.SIGCONT)
        after = [moment for moment in (float(ticks.readline()) for _ in range(6)) if moment >= went_on]
        process.kill()
    assert len([moment for moment in after if moment < went_on + TICK * 0.9]) <= 2, "not twenty at once"


def test_a_call_that_raises_is_called_again(ticker: Ticker, caplog: pytest.LogCaptureFixture) -> None:
    called: list[int] = []

    def spoil() -> None:
        called.append(1)
        raise RuntimeError("spoilt")

    ticker.every(TICK, spoil)
    ticker.start()
    assert until(lambda: len(called) >= 3)
    assert "spoilt" in caplog.text


def test_stopping_twice_or_before_the_start_does_no_harm(ticker: Ticker) -> None:
    ticker.stop()
    ticker.start()
    ticker.stop()
    ticker.stop()


def test_two_tickers_of_one_hub_queue_each_slot_once(hub: World) -> None:
    with hub.database.writing() as session:
        for number in range(12):
            source = source_of(session, hub.northford, f"https://northford.example/{number}")
            source.next_due = now() + timedelta(seconds=number * 0.05)
    tickers = [Ticker() for _ in range(2)]
    workshops = [Workshop(hub.settings) for _ in tickers]
    sent: list[str] = []
    for ticker, workshop in zip(tickers, workshops, strict=True):
        courier = Courier(hub.settings.courier_url, hub.settings.data)
        ticker.every(TICK, partial(start_due, workshop, courier))

    def runs() -> int:
        with hub.database.reading() as session:
            return session.scalar(select(func.count()).select_from(Run)) or 0

    for ticker in tickers:
        ticker.start()
    assert until(lambda: runs() == 12)
    assert not until(lambda: runs() > 12, seconds=TICK * 5)
    for ticker, workshop in zip(tickers, workshops, strict=True):
        ticker.stop()
        workshop.close()
    worker = Courier(hub.settings.courier_url, hub.settings.data, {"harvest": sent.append})
    worker.start(2)
    assert until(lambda: len(sent) >= 12)
    worker.stop()
    assert len(sent) == len(set(sent)) == 12, "each is sent once"
