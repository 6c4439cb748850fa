"""Answers by mail: a signed address for each person and thread, taken once, refused in a sentence."""

import io
import sys
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from types import SimpleNamespace

import pytest
from sqlalchemy import delete, select

from harvesters.readers.mark import MARK
from harvesters.sandbox import READERS, Sandbox
from hub.accounts.models import CommunityMember, Person
from hub.alerts.running import Telling, run_immediate
from hub.cli.__main__ import main
from hub.communities.service import archive
from hub.config import Settings, environment
from hub.db import now
from hub.errors import BadInput, NotAllowed
from hub.mail.delivery import Mailer
from hub.mail.models import Mail
from hub.mail.relay import read_relay
from hub.readiness import upgrade
from hub.talk.access import find_thread, posts_of
from hub.talk.mailed import Taken, take_mail
from hub.talk.models import Post, ReplyAddress
from hub.talk.replies import end_address, reply_to
from hub.talk.service import reply
from hub.talk.settling import close
from hub.topics.service import Vocabulary
from tests.hub.talk.talking import Talk
from tests.people import NAMED, settings_in
from tests.servers.smtp import smtp

pytestmark = pytest.mark.parametrize("hub", ["sqlite"], indirect=True)
"""What is stored runs on both with the service."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """For mails alone."""
    with Sandbox(readers={"letter": READERS["letter"]}) as made:
        yield made


def settings_of(talk: Talk, **more: object) -> Settings:
    there = talk.world.settings
    given = {"database_url": there.database_url, "mail_reply": "reply@hub.example", **more}
    return settings_in(there.data, **given)


def owens_address(talk: Talk, id: str) -> str:
    with talk.at("owen") as (session, _):
        return reply_to(session, settings_of(talk), thread_id=id, person_id=talk.people["owen"])


def email_of(talk: Talk, who: str) -> str:
    with talk.world.database.reading() as session:
        return str(session.get_one(Person, talk.people[who]).email)


def letter(talk: Talk, to: str, text: str = "We do.", *, who: str = "owen", id: str = "<1@post.example>") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = email_of(talk, who), to, "Re: meters", id
    mail.set_content(text)
    return mail.as_bytes()


def said_in(talk: Talk, id: str) -> list[tuple[str, bool]]:
    with talk.at("owen") as (session, place):
        return [
            (one.text, one.by_mail) for one in posts_of(session, find_thread(session, id, actor=place.actor)[0])[1:]
        ]


def test_the_mail_about_a_reply_is_answered_and_published_once(talk: Talk, sandbox: Sandbox) -> None:
    """From the notice through our mail and a real relay to the answer: what was quoted is left out."""
    id, database = talk.thread(), talk.world.database
    with talk.at("leila") as (session, place):
        reply(session, find_thread(session, id, actor=place.actor)[0], place, "Who of you has a policy?")
    with smtp() as post:
        settings = settings_of(talk, mail_url=f"smtp://127.0.0.1:{post.port}", mail_from="hub@hub.example")
        run_immediate(Telling(database, Vocabulary(database), NAMED, settings))
        relay = read_relay(settings)
        assert relay is not None
        mailer = Mailer(database, relay, settings.pace)
        while mailer.step():
            pass
        mailer.close()
    ours = next(one.message for one in post.mails if email_of(talk, "marta") in one.recipients)
    body = ours.get_body(("plain",))
    assert body is not None
    assert body.get_content().startswith(MARK)
    quoted = "\n".join(f"> {line}" for line in body.get_content().splitlines())
    text = f"We do: **Cyngor Dyffryn**.\n\nOn Friday 27 November, Hub wrote:\n{quoted}\n"
    answer = letter(talk, ours["Reply-To"], text, who="marta")
    taken = take_mail(database, sandbox, settings, answer)
    assert said_in(talk, id)[1:] == [("We do: **Cyngor Dyffryn**.", True)]
    assert take_mail(database, sandbox, settings, answer) == taken != Taken()
    assert len(said_in(talk, id)) == 2


def test_a_forged_ended_or_foreign_address_takes_nothing(talk: Talk, sandbox: Sandbox) -> None:
    id = talk.thread()
    address, settings = owens_address(talk, id), settings_of(talk)
    token = address.partition("+")[2].partition("@")[0]
    for wrong in (
        address.replace(token[-1] + "@", ("a" if token[-1] != "a" else "b") + "@"),
        address.replace("hub.example", "evil.example"), "reply@hub.example", "reply+@hub.example",
    ):  # fmt: skip
        with pytest.raises(BadInput, match="Nobody answers by this address"):
            take_mail(talk.world.database, sandbox, settings, letter(talk, wrong))
    with pytest.raises(NotAllowed, match="another address than that of your account"):
        take_mail(talk.world.database, sandbox, settings, letter(talk, address, who="marta"))
    with pytest.raises(BadInput, match="Nobody answers"):
        take_mail(
            talk.world.database, sandbox, settings.model_copy(update={"secret_key": "another"}), letter(talk, address)
        )
    with talk.at("owen") as (session, place):
        end_address(session, actor=place.actor, thread_id=id)
    assert "was ended" in take_mail(talk.world.database, sandbox, settings, letter(talk, address)).refused
    fresh = owens_address(talk, id)
    assert fresh != address
    with talk.at("owen") as (session, _):
        session.scalars(select(ReplyAddress)).one().expires = now() - timedelta(seconds=1)
    late = letter(talk, fresh, id="<2@post.example>")
    assert "too old" in take_mail(talk.world.database, sandbox, settings, late).refused
    assert said_in(talk, id) == []


def test_who_may_not_write_is_told_by_mail_and_once(talk: Talk, sandbox: Sandbox) -> None:
    id = talk.thread()
    address, settings = owens_address(talk, id), settings_of(talk)
    with talk.at() as (session, place):
        close(session, find_thread(session, id, actor=place.actor)[0], place, why="Settled.")
    for _ in range(2):
        take_mail(talk.world.database, sandbox, settings, letter(talk, address, "Late."))
    with talk.at() as (session, _):
        session.execute(delete(CommunityMember).where(CommunityMember.person_id == talk.people["owen"]))
    left = take_mail(talk.world.database, sandbox, settings, letter(talk, address, "I have left.", id="<2@post>"))
    assert left.refused == "Only members of the community write here. Join it first."
    empty = take_mail(talk.world.database, sandbox, settings, letter(talk, address, "> quoted", id="<3@post>"))
    assert not empty.post_id
    with talk.at() as (session, place):
        archive(session, place.community, actor=place.actor)
        mails = list(session.scalars(select(Mail).order_by(Mail.created)))
    assert [mail.recipient for mail in mails] == [email_of(talk, "owen")] * 3
    assert "This discussion is closed: nothing can be added to it." in mails[0].text
    assert "Late." in mails[0].text


def test_what_a_program_answers_is_left_alone(talk: Talk, sandbox: Sandbox) -> None:
    id = talk.thread()
    away = b"Auto-Submitted: auto-replied\n" + letter(talk, owens_address(talk, id), "I am away.")
    assert take_mail(talk.world.database, sandbox, settings_of(talk), away) == Taken()
    with talk.at() as (session, _):
        assert session.scalars(select(Post).where(Post.by_mail)).all() == []


def test_a_suspended_person_writes_nothing(talk: Talk, sandbox: Sandbox) -> None:
    address = owens_address(talk, talk.thread())
    with talk.at() as (session, _):
        session.get_one(Person, talk.people["owen"]).active = False
    with pytest.raises(NotAllowed, match="suspended"):
        take_mail(talk.world.database, sandbox, settings_of(talk), letter(talk, address))


def test_a_mail_server_pipes_it_in(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def piped(mail: bytes, *recipients: str, **more: object) -> tuple[object, str]:
        for name, value in environment(settings_of(talk, **more)).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(mail)))
        try:
            main(["mail", "receive", *recipients])
        except SystemExit as end:
            return end.code, capsys.readouterr().err
        return 0, capsys.readouterr().out

    id = talk.thread()
    upgrade(talk.world.database)
    status, said = piped(letter(talk, "hub@hub.example", "By the envelope."), owens_address(talk, id))
    assert (status, said.startswith("Published as post ")) == (0, True)
    assert said_in(talk, id) == [("By the envelope.", True)]
    nobody = "moothall: Nobody answers by this address. Open the discussion on the hub, and answer there.\n"
    assert piped(letter(talk, "reply+nobody@hub.example")) == (1, nobody)
    assert piped(b"From: a@b.example\n\nText", database_url="postgresql://nobody@127.0.0.1:1/none")[0] == 75
