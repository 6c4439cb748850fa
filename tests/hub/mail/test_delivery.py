"""The mailer: each mail once, 48 hours of tries in a clock that tests move, and nothing stopped by one bad mail."""

import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from email.headerregistry import Address
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from hub.config import Times
from hub.db import Database, now
from hub.mail import delivery
from hub.mail.delivery import Mailer, at_work, wait_after
from hub.mail.models import Mail
from hub.mail.service import figures, retry_failed
from tests.hub.mail.made import QUICK, Clock, drain, mail_of, queue, relay
from tests.hub.tasks.waiting import until
from tests.people import World
from tests.servers.smtp import nobody, saying, smtp

pytestmark = pytest.mark.alone

FAST = 0.05
"""Seconds between two looks of the mailers here."""


MADE: list[Mailer] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Every mailer of a test gives its connection back."""
    yield
    while MADE:
        MADE.pop().close()


def mailer(hub: World, port: int, clock: Any = now, times: Times = QUICK) -> Mailer:
    made = Mailer(hub.database, relay(port), times, clock)
    MADE.append(made)
    return made


def states(database: Database) -> dict[str, str]:
    with database.reading() as session:
        return dict(session.execute(select(Mail.key, Mail.state)).all())


def test_a_sender_without_a_name_has_that_of_the_hub_at_that_moment(hub: World) -> None:
    names = iter(["Moothall", "Hub of the North"])
    for key in ("a", "b"):
        queue(hub.database, key)
    with smtp() as post:
        bare = relay(post.port, sender=Address(addr_spec="hub@hub.example"))
        MADE.append(Mailer(hub.database, bare, QUICK, name=lambda: next(names)))
        assert drain(MADE[-1]) == ["sent"] * 2
    assert [one.message["From"] for one in post.mails] == [
        "Moothall <hub@hub.example>",
        "Hub of the North <hub@hub.example>",
    ]


def test_what_is_queued_is_sent_and_marked(hub: World) -> None:
    ids = [queue(hub.database, key) for key in ("a", "b", "c")]
    with smtp() as post:
        assert drain(mailer(hub, post.port)) == ["sent"] * 3
        assert drain(mailer(hub, post.port)) == []
    assert [one.message["Message-ID"] for one in post.mails] == [f"<{id}@hub.example>" for id in ids]
    assert post.connections == 1
    row = mail_of(hub.database, "a")
    assert (row.state, row.attempts, row.error, row.lease, row.lease_until) == ("sent", 1, "", "", None)
    assert row.sent is not None


def test_one_bad_mail_stops_no_other(hub: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("unwritable", "unknown", "later", "good"):
        queue(hub.database, key, recipient=f"{key}@northford.example")
    write = delivery.message_of

    def broken(mail: Mail, *more: Any) -> Any:
        if mail.key == "unwritable":
            raise ValueError("a fault of ours")
        return write(mail, *more)

    monkeypatch.setattr(delivery, "message_of", broken)
    with smtp() as post:
        post.recipients = {
            "unknown@northford.example": "550 5.1.1 No such user",
            "later@northford.example": "451 4.3.0 Try later",
        }
        assert drain(mailer(hub, post.port)) == ["failed", "failed", "again", "sent"]
    assert states(hub.database) == {"unwritable": "failed", "unknown": "failed", "later": "queued", "good": "sent"}
    assert mail_of(hub.database, "unknown").error.endswith("refused: 550 5.1.1 No such user")
    assert mail_of(hub.database, "later").error.endswith("refused: 451 4.3.0 Try later")
    assert mail_of(hub.database, "unwritable").error == "It cannot be written as a message: ValueError."


def test_waits_double_from_a_minute_to_an_hour_and_differ() -> None:
    waits = [[wait_after(number, Times()) for number in range(1, 60)] for _ in range(20)]
    for row in waits:
        assert 48 <= row[0] <= 72
        assert 96 <= row[1] <= 144
        assert all(2880 <= one <= 4320 for one in row[6:])
    assert len({row[0] for row in waits}) > 1


@pytest.mark.parametrize("fault", ["refused", "451"])
def test_a_mail_is_tried_for_48_hours_and_then_failed_with_the_reason(hub: World, fault: str) -> None:
    queue(hub.database)
    clock, tries = Clock(timedelta(days=3)), []
    with smtp() as post:
        post.recipients["*"] = "451 4.3.0 Try later"
        port = nobody() if fault == "refused" else post.port
        sending = mailer(hub, port, clock, Times(connect=1))
        began = clock()
        while states(hub.database)["one"] == "queued":
            row = mail_of(hub.database)
            if row.attempts:
                clock.go_on(seconds=(row.next_try - clock()).total_seconds() + 0.1)
            assert sending.step() is not None
            tries.append(clock() - began)
            assert sending.step() is None, "not before its time"
    row = mail_of(hub.database)
    assert (row.state, row.attempts) == ("failed", len(tries))
    assert 45 < len(tries) < 70
    assert timedelta(hours=48) <= tries[-1] < timedelta(hours=49.3)
    assert ("nobody listens" if fault == "refused" else "451 4.3.0 Try later") in row.error
    with smtp() as post, hub.database.writing() as session:
        assert retry_failed(session) == 1
    with smtp() as post:
        assert drain(mailer(hub, post.port, clock)) == ["sent"]


def test_nothing_is_lost_while_the_relay_is_away(hub: World) -> None:
    for number in range(3):
        queue(hub.database, str(number))
    clock = Clock()
    assert drain(mailer(hub, nobody(), clock)) == ["again"] * 3
    assert drain(mailer(hub, nobody(), clock)) == []
    clock.go_on(seconds=QUICK.mail_first_wait * 1.3)
    with smtp() as post:
        assert drain(mailer(hub, post.port, clock)) == ["sent"] * 3
    assert len(post.mails) == 3


def test_two_mailers_at_once_send_each_mail_once(hub: World) -> None:
    count = 40
    for number in range(count):
        queue(hub.database, str(number), recipient=f"p{number}@northford.example")
    with smtp() as post:
        threads = [threading.Thread(target=drain, args=(mailer(hub, post.port),), daemon=True) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        drain(mailer(hub, post.port))
    assert sorted(one.recipients[0] for one in post.mails) == sorted(
        f"p{one}@northford.example" for one in range(count)
    )
    assert set(states(hub.database).values()) == {"sent"}
    assert post.connections >= 2


def test_a_mail_that_one_mailer_is_at_is_left_alone_until_its_lease_ends(hub: World) -> None:
    queue(hub.database)
    clock = Clock()
    with smtp() as post:
        post.hang = "data"
        slow = threading.Thread(target=mailer(hub, post.port).step, daemon=True)
        slow.start()
        assert until(lambda: post.tried)
        assert mailer(hub, post.port, clock).step() is None
        slow.join()
        post.hang = ""
        clock.go_on(minutes=2)
        assert drain(mailer(hub, post.port, clock)) == ["sent"]


def test_killed_between_the_relays_yes_and_the_mark_the_second_has_the_same_message_id(
    hub: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(hub.database)
    clock = Clock()
    with smtp() as post:
        with monkeypatch.context() as killed:

            def die(*_: Any) -> None:
                raise SystemExit

            killed.setattr(Mailer, "_mark", die)
            with pytest.raises(SystemExit):
                mailer(hub, post.port, clock).step()
        assert mailer(hub, post.port, clock).step() is None, "its lease is not over"
        clock.go_on(minutes=5)
        assert drain(mailer(hub, post.port, clock)) == ["sent"]
    first, second = post.mails
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert mail_of(hub.database).attempts == 2


def test_a_mark_that_the_database_did_not_take_is_made_later_and_nothing_is_sent_twice(
    hub: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(hub.database)
    with smtp() as post:
        sending = mailer(hub, post.port)
        writing = hub.database.writing
        asked: list[int] = []

        def failing() -> Any:
            asked.append(1)
            if len(asked) == 2:
                raise OperationalError("UPDATE", {}, Exception("away"))
            return writing()

        monkeypatch.setattr(hub.database, "writing", failing)
        with pytest.raises(OperationalError):
            sending.step()
        assert states(hub.database) == {"one": "queued"}
        assert sending.step() is None
    assert (states(hub.database), len(post.mails)) == ({"one": "sent"}, 1)


def test_no_transaction_is_open_while_the_relay_is_spoken_with(hub: World) -> None:
    queue(hub.database)
    with smtp() as post:
        post.hang = "data"
        slow = threading.Thread(target=mailer(hub, post.port).step, daemon=True)
        slow.start()
        assert until(lambda: post.tried)
        with hub.database.writing() as session:
            session.execute(text("UPDATE mail_outbox SET subject = 'Changed'"))
        assert slow.is_alive(), "it hangs still"
        slow.join()


def test_the_loop_goes_on_when_relay_and_database_come_back_and_says_once_that_they_are_away(
    hub: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(delivery, "BACK_OFF", FAST)
    monkeypatch.setattr(delivery, "wait_after", lambda *_: FAST)
    port = nobody()
    queue(hub.database)
    with caplog.at_level(logging.WARNING), at_work(mailer(hub, port)):
        assert until(lambda: mail_of(hub.database).attempts >= 3)
        assert sum("Mails wait." in line for line in caplog.messages) == 1
        with smtp(port=port) as post:
            assert until(lambda: states(hub.database) == {"one": "sent"})
            with monkeypatch.context() as broken:
                broken.setattr(Mailer, "_due", lambda *_: 1 / 0)
                assert until(lambda: "it is tried again" in caplog.text)
            queue(hub.database, "two")
            assert until(lambda: states(hub.database)["two"] == "sent")
    assert len(post.mails) == 2


def test_a_mailer_that_hangs_ends_when_it_is_told_to(hub: World) -> None:
    queue(hub.database)
    with saying() as port, at_work(mailer(hub, port, times=Times())) as thread:
        assert until(lambda: mail_of(hub.database).attempts)
    assert not thread.is_alive()
    row = mail_of(hub.database)
    assert (row.state, row.lease) == ("queued", ""), "it is tried again later"


def test_a_mail_sent_now_is_taken_by_no_other_mailer(hub: World) -> None:
    with smtp() as post:

        def write(session: Any) -> Mail:
            from_here = Mail(key="now", recipient="aisha@northford.example", subject="Hello", text="Hello")
            session.add(from_here)
            session.flush()
            return from_here

        tried = mailer(hub, post.port).send_now(write)
        assert (tried.outcome, tried.why) == ("sent", "250 2.0.0 Kept")
        assert mailer(hub, post.port).step() is None
    assert len(post.mails) == 1
    with hub.database.reading() as session:
        assert figures(session).sent == 1


def test_the_time_that_a_mail_may_take_is_shorter_than_its_lease(hub: World) -> None:
    queue(hub.database)
    with smtp() as post:
        post.hang = "data"
        slow = threading.Thread(target=mailer(hub, post.port).step, daemon=True)
        slow.start()
        assert until(lambda: post.tried)
        row = mail_of(hub.database)
        slow.join()
    assert row.lease_until is not None
    assert row.lease_until - now() > timedelta(seconds=QUICK.mail_total)
