"""A real relay that is right, and one that does everything wrong: each is a sentence, in time, without the password."""

import ssl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from hub.mail.connection import Connection, MailRefused, RelayAway
from hub.mail.message import message_of
from hub.mail.models import Mail
from tests.hub.mail.made import HUB, QUICK, relay
from tests.servers.smtp import nobody, saying, smtp

pytestmark = pytest.mark.alone

AISHA = "aisha@northford.example"
USER, PASSWORD = "hub", "hunter2 is: secret%"
SIGNED_IN = {"user": USER, "password": PASSWORD}


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system trusts our authority."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


def certificate(authority: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


@contextmanager
def connected(port: int, **more: object) -> Iterator[Connection]:
    with closing(Connection(relay(port, **more), QUICK)) as made:
        yield made


def send(connection: Connection, recipient: str = AISHA) -> str:
    mail = Mail(
        id="01900000-0000-7000-8000-000000000000",
        recipient=recipient,
        subject="Hello",
        text="Hello.\n.\nA line with a full stop.",
        html="",
        language="en",
        unsubscribe="",
        created=datetime(2026, 11, 24, tzinfo=UTC),
    )
    return connection.send(message_of(mail, relay(1).sender, HUB), recipient)


def refused(connection: Connection, recipient: str = AISHA) -> MailRefused:
    with pytest.raises(MailRefused) as found:
        send(connection, recipient)
    return found.value


def away(port: int, **more: object) -> str:
    """Why the relay cannot be used, by sending and by looking."""
    with connected(port, **more) as connection:
        with pytest.raises(RelayAway) as sending:
            send(connection)
        with pytest.raises(RelayAway) as looking:
            connection.check()
    assert str(sending.value) == str(looking.value)
    assert not sending.value.permanent
    assert "hunter2" not in str(sending.value)
    return str(sending.value)


def test_a_mail_arrives_as_it_was_written_and_the_connection_is_kept() -> None:
    with smtp() as post, connected(post.port) as connection:
        assert send(connection) == "250 2.0.0 Kept"
        assert send(connection, "dev@northford.example") == "250 2.0.0 Kept"
    first, second = post.mails
    assert (first.sender, first.recipients, first.secure) == ("hub@hub.example", (AISHA,), False)
    assert second.recipients == ("dev@northford.example",)
    assert "\n.\n" in str(first.message.get_body(("plain",))).replace("\r", "")
    assert post.connections == 1


def test_a_connection_that_the_relay_ended_meanwhile_is_opened_anew_and_costs_nothing() -> None:
    with smtp() as post, connected(post.port) as connection:
        send(connection)
        post.hang_up()
        time.sleep(0.05)
        assert send(connection) == "250 2.0.0 Kept"
    assert (len(post.mails), post.connections) == (2, 2)


@pytest.mark.parametrize(
    ("stage", "answer", "permanent"),
    [
        ("recipient", "550 5.1.1 No such user", True),
        ("recipient", "450 4.2.0 Greylisted", False),
        ("recipient", "452 4.2.2 Mailbox full", False),
        ("data", "554 5.7.1 Looks like spam", True),
        ("data", "451 4.3.0 Try later", False),
        ("sender", "550 5.7.1 You may not send as this", False),
        ("sender", "451 4.7.1 Too many", False),
        ("sender", "552 5.3.4 Too large", True),
    ],
)
def test_a_refusal_is_told_in_the_words_of_the_relay_and_the_next_mail_goes(
    stage: str, answer: str, permanent: bool
) -> None:
    with smtp() as post, connected(post.port) as connection:
        if stage == "recipient":
            post.recipients[AISHA] = answer
        else:
            setattr(post, stage, answer)
        error = refused(connection)
        assert str(error) == f"The mail relay 127.0.0.1:{post.port} refused: {answer}"
        assert error.permanent is permanent
        post.recipients, post.data, post.sender = {}, "", ""
        send(connection, "dev@northford.example")
    assert [one.recipients for one in post.mails] == [("dev@northford.example",)]
    assert post.connections == 1


def test_goodbye_instead_of_an_answer_is_no_refusal_for_good() -> None:
    with smtp() as post, connected(post.port) as connection:
        post.data = "421 4.3.2 Shutting down"
        error = refused(connection)
        assert ("421 4.3.2 Shutting down" in str(error), error.permanent) == (True, False)
        post.data = ""
        send(connection)


@pytest.mark.parametrize("stage", ["rcpt", "data"])
def test_a_relay_that_hangs_or_cuts_the_line_is_left_in_time(stage: str) -> None:
    with smtp() as post, connected(post.port) as connection:
        post.hang = stage
        began = time.monotonic()
        error = refused(connection)
        assert time.monotonic() - began < QUICK.mail_total + 1
        assert (str(error).endswith("did not answer in time."), error.permanent) == (True, False)
        post.hang, post.cut = "", stage
        error = refused(connection)
        assert (str(error).endswith("before it had taken the mail."), error.permanent) == (True, False)
        post.cut = ""
        send(connection)
    assert len(post.mails) == 1


def test_a_mail_that_may_have_been_taken_is_not_sent_again_at_once() -> None:
    with smtp() as post, connected(post.port) as connection:
        send(connection)
        post.cut = "data"
        refused(connection)
    assert post.tried == [AISHA, AISHA]


def test_nobody_listens_and_no_such_host() -> None:
    port = nobody()
    assert away(port) == (
        f"The mail relay 127.0.0.1:{port} cannot be used: nobody listens there. "
        "Does it run? Is MOOTHALL_MAIL_URL right?"
    )
    assert "no such host is known. Is MOOTHALL_MAIL_URL right?" in away(25, host="relay.invalid")


def test_a_relay_that_says_nothing_or_drips_is_left_in_time() -> None:
    for words, every in ((b"", 0.0), (b"220 " + b"x" * 500, 0.2)):
        with saying(words, every=every) as port, connected(port) as connection:
            began = time.monotonic()
            with pytest.raises(RelayAway, match=r"does not answer|the connection"):
                send(connection)
            assert time.monotonic() - began < QUICK.mail_total + 1


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_relay_that_drips_while_tls_begins_is_left_in_time(tls: str) -> None:
    greeting = b"" if tls == "implicit" else b"220 hello\r\n250-hello\r\n250 STARTTLS\r\n220 go\r\n"
    with saying(greeting + b"\x16\x03\x03\x40\x00" + b"x" * 40, every=0.02) as port, connected(port, tls=tls) as one:
        began = time.monotonic()
        with pytest.raises(RelayAway):
            send(one)
        assert time.monotonic() - began < QUICK.mail_total + 3


@pytest.mark.parametrize(
    ("greeting", "said"),
    [
        (b"554 5.3.2 No mail here\r\n", "it says 554 5.3.2 No mail here."),
        (b"220 hello\r\n250-hello\r\n250 AUTH CRAM-MD5\r\n334 abcde\r\n", "speak SMTP as it should"),
        (b"421 4.3.2 Too busy\r\n", "it says 421 4.3.2 Too busy."),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "cannot be used: it does not speak SMTP. Is MOOTHALL_MAIL_URL right?"),
    ],
)
def test_a_server_that_takes_no_mail_is_named(greeting: bytes, said: str) -> None:
    with saying(greeting) as port:
        assert said in away(port, **SIGNED_IN)


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("implicit", [False, True])
def test_tls_and_signing_in(authority: trustme.CA, implicit: bool) -> None:
    tls = "implicit" if implicit else "starttls"
    with smtp(tls=certificate(authority), implicit=implicit, login=(USER, PASSWORD)) as post:
        with connected(post.port, tls=tls, **SIGNED_IN) as connection:
            connection.check()
            send(connection)
        assert [(one.secure, one.user) for one in post.mails] == [(True, USER)]
        said = away(post.port, tls=tls, user=USER, password="hunter2")
        assert "it refuses user or password (535 5.7.8 Authentication credentials invalid)" in said


@pytest.mark.parametrize("implicit", [False, True])
def test_a_certificate_of_an_unknown_authority_is_refused_before_the_password_is_told(
    authority: trustme.CA, implicit: bool
) -> None:
    tls = "implicit" if implicit else "starttls"
    with smtp(tls=certificate(authority), implicit=implicit, login=(USER, PASSWORD)) as post:
        said = away(post.port, tls=tls, **SIGNED_IN)
    assert "its certificate is not to be trusted" in said
    assert said.endswith("Name the file of its authority in SSL_CERT_FILE.")


@pytest.mark.usefixtures("trusted")
def test_a_certificate_of_another_name_is_refused(authority: trustme.CA) -> None:
    with smtp(tls=certificate(authority, "other.example"), implicit=True) as post:
        assert "its certificate is not to be trusted (IP address mismatch" in away(post.port, tls="implicit")


@pytest.mark.usefixtures("trusted")
def test_tls_where_there_is_none_and_none_where_there_is(authority: trustme.CA) -> None:
    with smtp() as post:
        assert "it offers no STARTTLS. Use `smtps://`" in away(post.port, tls="starttls")
        assert "it offers no STARTTLS" in away(post.port, tls="starttls", **SIGNED_IN)
        assert "it does not speak TLS there" in away(post.port, tls="implicit")
        assert post.tried == []
        assert "signing in" in away(post.port, **SIGNED_IN)
    with smtp(tls=certificate(authority)) as post, connected(post.port) as connection:
        assert "530 Must issue a STARTTLS command first" in str(refused(connection))
        assert not refused(connection).permanent, "ours to mend"


def test_a_relay_that_repeats_the_password_is_not_quoted() -> None:
    with smtp() as post, connected(post.port) as connection:
        send(connection)
        connection._relay = relay(post.port, **SIGNED_IN)
        post.recipients["*"] = f"550 {USER} came with {PASSWORD}"
        assert str(refused(connection)).endswith("refused: 550 hub came with …")
