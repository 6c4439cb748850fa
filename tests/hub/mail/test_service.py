"""The outbox: once a key, with the caller's transaction, counted, tried again and forgotten."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from hub.db import now
from hub.errors import BadInput
from hub.mail.models import Mail
from hub.mail.service import figures, queue_mail, retry_failed
from tests.hub.mail.made import mail_of, queue
from tests.people import World


def count(hub: World) -> int:
    with hub.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Mail)) or 0


def test_a_key_is_one_mail_in_one_transaction_and_in_two(hub: World) -> None:
    first = queue(hub.database, subject="First")
    assert queue(hub.database, subject="Second") == first
    with hub.database.writing() as session:
        given = {"recipient": "a@b.example", "subject": "Hello", "text": ""}
        assert queue_mail(session, key="two", **given).id == queue_mail(session, key="two", **given).id
    assert (count(hub), mail_of(hub.database).subject) == (2, "First")


def test_four_that_queue_one_key_at_once_get_one_mail(hub: World) -> None:
    line = Barrier(4)

    def one(number: int) -> str:
        line.wait(30)
        with hub.database.writing() as session:
            mail = queue_mail(
                session, key="same", recipient=f"p{number}@northford.example", subject="Hello", text="Hello"
            )
            # What else the transaction writes is kept, also by those who came second.
            queue_mail(session, key=f"own {number}", recipient="a@b.example", subject="Hello", text="Hello")
            return mail.id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(one, range(4)))) == 1
    assert count(hub) == 5


def test_a_transaction_that_fails_sends_nothing(hub: World) -> None:
    def change() -> None:
        with hub.database.writing() as session:
            queue_mail(session, key="one", recipient="a@b.example", subject="Hello", text="Hello")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change()
    assert count(hub) == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("recipient", "aisha@northford.example\r\nBcc: dev@northford.example"),
        ("recipient", "nobody"),
        ("subject", "Hello\r\nBcc: dev@northford.example"),
        ("subject", "Hello\nthere"),
        ("subject", "Hello\0"),
        ("subject", "Hello\u2028there"),
        ("subject", "  "),
        ("subject", "x" * 301),
        ("language", "en\r\nBcc: dev@northford.example"),
        ("unsubscribe", "https://hub.example/>\r\nBcc: dev@northford.example"),
        ("unsubscribe", "nowhere"),
        ("text", "Hello\0"),
        ("text", "Hello \ud800"),
    ],
)
def test_what_could_forge_a_header_or_cannot_be_kept_is_refused(hub: World, field: str, value: str) -> None:
    with pytest.raises(BadInput) as refused:
        queue(hub.database, **{field: value})
    assert refused.value.field == field
    assert count(hub) == 0


def test_figures_say_how_mails_are(hub: World) -> None:
    with hub.database.reading() as session:
        assert (figures(session).queued, figures(session).oldest, figures(session).age) == (0, None, 0)
    for key, state, error in (
        ("a", "queued", "away"),
        ("b", "queued", ""),
        ("c", "failed", "550 No"),
        ("d", "sent", ""),
    ):
        queue(hub.database, key)
        with hub.database.writing() as session:
            mail = session.scalars(select(Mail).where(Mail.key == key)).one()
            mail.state, mail.error = state, error
            mail.created = now() - timedelta(hours=2) if key == "a" else now() - timedelta(hours=3)
            if key == "b":
                mail.created = now()
    with hub.database.reading() as session:
        found = figures(session)
    assert (found.queued, found.sent, found.failed, found.last_error) == (2, 1, 1, "550 No")
    assert 7190 < found.age < 7300


def test_failed_mails_are_queued_as_if_never_tried(hub: World) -> None:
    queue(hub.database, "waits")
    queue(hub.database)
    with hub.database.writing() as session:
        mail = session.scalars(select(Mail).where(Mail.key == "one")).one()
        mail.state, mail.error, mail.attempts, mail.first_try = "failed", "550", 50, now() - timedelta(days=3)
    with hub.database.writing() as session:
        assert retry_failed(session) == 1
    again = mail_of(hub.database)
    assert (again.state, again.error, again.attempts, again.first_try) == ("queued", "", 0, None)
