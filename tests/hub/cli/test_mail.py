"""`moothall mail`: how mails are, whether the relay takes them, and failed ones once more."""

import json
import ssl
from collections.abc import Callable
from datetime import timedelta

import pytest
import trustme
from sqlalchemy import select

from hub.db import now
from hub.mail.models import Mail
from tests.databases import on_both
from tests.hub.cli.typed import Terminal
from tests.hub.mail.made import queue
from tests.servers.smtp import Post, nobody, smtp

AISHA = "aisha@northford.example"


def use(terminal: Terminal, port: int, scheme: str = "smtp", login: str = "", more: str = "") -> None:
    terminal.set(mail_url=f"{scheme}://{login}127.0.0.1:{port}{more}", mail_from="hub@hub.example")


def queued(terminal: Terminal, key: str = "one", **values: object) -> None:
    database = terminal.database()
    queue(database, key)
    with database.writing() as session:
        mail = session.scalars(select(Mail).where(Mail.key == key)).one()
        for name, value in values.items():
            setattr(mail, name, value)
    database.close()


@on_both("terminal")
def test_a_test_mail_is_sent_at_once_and_the_answer_is_told(terminal: Terminal) -> None:
    with smtp() as post:
        use(terminal, post.port)
        value = terminal.type("mail", "test", AISHA, "--json").value()
        said = terminal.type("mail", "test", AISHA)
    assert (value["relay"], value["said"]) == (f"127.0.0.1:{post.port}", "250 2.0.0 Kept")
    assert post.mails[0].message["Message-ID"] == value["message_id"]
    assert said.out.startswith(f"127.0.0.1:{post.port} accepted the mail to {AISHA}: 250 2.0.0 Kept\n")
    assert len(post.mails) == 2
    assert terminal.type("mail", "status", "--json").value()["sent"] == 2


def unknown_person(post: Post) -> None:
    post.recipients["*"] = "550 5.1.1 No such user"


def greylisted(post: Post) -> None:
    post.recipients["*"] = "450 4.2.0 Greylisted"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (unknown_person, "refused: 550 5.1.1 No such user."),
        (greylisted, "refused: 450 4.2.0 Greylisted. The mail waits, and `moothall run` tries it again."),
    ],
)
def test_a_refusal_is_told(terminal: Terminal, spoil: Callable[[Post], None], said: str) -> None:
    with smtp() as post:
        spoil(post)
        use(terminal, post.port)
        assert terminal.type("mail", "test", AISHA).complaint().endswith(said)


def test_what_is_wrong_with_the_relay_is_told_and_the_password_never(
    terminal: Terminal, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    complaints = []

    def complain(*given: str, **more: str) -> str:
        use(terminal, *given, **more)  # type: ignore[arg-type]
        complaints.append(terminal.type("mail", "test", AISHA).complaint())
        return complaints[-1]

    assert "There is no relay" in terminal.type("mail", "test", AISHA).complaint()
    assert "nobody listens there" in complain(nobody(), more="?tls=no", login="hub:hunter2@")
    terminal.set(mail_url="smtp://hub:hunter2@relay.invalid?tls=no")
    assert "no such host is known" in terminal.type("mail", "test", AISHA).complaint()
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with smtp(tls=context, login=("hub", "right")) as post:
        starttls = "?tls=starttls"
        assert "certificate is not to be trusted" in complain(post.port, login="hub:hunter2@", more=starttls)
        authority.cert_pem.write_to_path(f"{tmp_path}/ca.pem")
        monkeypatch.setenv("SSL_CERT_FILE", f"{tmp_path}/ca.pem")
        assert "refuses user or password (535" in complain(post.port, login="hub:hunter2@", more=starttls)
        use(terminal, post.port, login="hub:right@", more=starttls)
        assert terminal.type("mail", "test", AISHA).status == 0
    terminal.set(mail_from="")
    assert "MOOTHALL_MAIL_FROM is not set" in terminal.type("mail", "test", AISHA).complaint()
    assert "hunter2" not in "".join(complaints)


def test_an_address_that_is_none_is_refused(terminal: Terminal) -> None:
    use(terminal, nobody())
    assert "“aisha” is no mail address" in terminal.type("mail", "test", "aisha").complaint()


def test_the_status_says_what_waits_and_why(terminal: Terminal) -> None:
    said = terminal.type("mail", "status").out
    assert said == (
        "0 queued; 0 sent, 0 failed in the last 30 days.\nThere is no relay (MOOTHALL_MAIL_URL): mails wait.\n"
    )
    queued(terminal)
    queued(terminal, "two", state="failed", error="The mail relay x refused: 550 No")
    use(terminal, 25)
    said = terminal.type("mail", "status").out
    assert said.startswith("1 queued, the oldest since today, ")
    assert said.endswith("The relay is 127.0.0.1:25.\nThe last trouble: The mail relay x refused: 550 No\n")


@on_both("terminal")
def test_failed_mails_are_queued_once_more(terminal: Terminal) -> None:
    for key in ("one", "two"):
        queued(terminal, key, state="failed", error="550")
    assert terminal.type("mail", "retry").out == "2 mails queued once more.\n"
    value = terminal.type("mail", "status", "--json").value()
    assert (value["queued"], value["failed"], value["last_error"], value["relay"]) == (2, 0, "", None)


def findings(terminal: Terminal) -> dict[str, dict[str, str]]:
    return {one["name"]: one for one in json.loads(terminal.type("doctor", "--json").out)}


def test_the_doctor_looks_at_the_relay_and_at_what_failed_or_waits(terminal: Terminal) -> None:
    with smtp() as post:
        use(terminal, post.port)
        found = findings(terminal)["mail"]
        assert (found["well"], found["what"]) == (True, f"0 mails wait; 127.0.0.1:{post.port} answers.")
        queued(terminal, state="failed", error="The mail relay x refused: 550 No")
        found = findings(terminal)["mail"]
        assert (found["well"], found["fix"].split("`")[1]) == (False, "moothall mail retry")
        assert found["what"] == "1 mail failed in the last seven days. The mail relay x refused: 550 No"
        queued(terminal, state="failed", next_try=now() - timedelta(days=8))
        assert findings(terminal)["mail"]["well"]
        assert post.mails == []
