"""Writing to somebody through the hub: named, without addresses, as often as is bearable, and never to who refuses."""

from collections.abc import Callable
from typing import Final

import pytest
from sqlalchemy import func, select

from hub.accounts.members import set_active
from hub.accounts.models import Person
from hub.alerts.rechecking import may_go
from hub.errors import Conflict, NotFound, TooMany
from hub.mail.models import Mail
from hub.notices.models import Notice
from hub.people import letter_views, letters
from hub.people.letters import Named, answer, block, blocked_by, exchange, takes_letters, unblock, write
from hub.people.models import ACCOUNT, EVERYBODY, NOBODY, ORGANISATION, Letter
from hub.policy import COMMAND_LINE
from hub.workshop import Workshop
from tests.hub.communities.made import acting
from tests.hub.people.shown import browser_of, show, shown_person
from tests.hub.site import Site

NAMED: Final = Named("Moothall", "http://127.0.0.1:8000")
ELSEWHERE: Final = ("eastmere-fire-and-rescue",)

Sent = Callable[..., str]


def pair(hub: Site, sees: str = ACCOUNT) -> tuple[str, str]:
    """Somebody to whom these may write, and somebody of another organisation who shows nothing."""
    with hub.database.writing() as session:
        to = shown_person(session, "Lowri Vaughan", EVERYBODY, may_write=sees)
        return shown_person(session, "Mair Bevan", NOBODY, organisations=ELSEWHERE), to


def send(hub: Site, by: str, to: str, *, with_address: bool = False) -> str:
    """Write a letter; its id."""
    with hub.database.writing() as session:
        words = {"subject": "Your lamps", "text": "Where do you buy them?", "with_address": with_address}
        return write(session, actor=acting(session, by), person_id=to, **words, named=NAMED).id


def mails_to(hub: Site, id: str) -> list[Mail]:
    with hub.database.reading() as session:
        email = session.get_one(Person, id).email
        return list(session.scalars(select(Mail).where(Mail.recipient == email).order_by(Mail.id)))


def address_of(hub: Site, id: str) -> str:
    with hub.database.reading() as session:
        return str(session.get_one(Person, id).email)


def test_a_letter_and_its_answer_name_people_and_tell_no_address(hub: Site) -> None:
    mair, lowri = pair(hub)
    browser = browser_of(hub, mair)
    with hub.database.reading() as session:
        page = browser.page("/people?q=Lowri")
    (profile,) = {href for words, href in page.links().items() if words == "Lowri Vaughan"}
    form = browser.page(f"{profile}/write")
    assert "Mair Bevan (Eastmere Fire and Rescue)" in form.words
    assert browser.send(f"{profile}/write", subject="", text="Hello").status == 400
    assert browser.posted(f"{profile}/write", subject="Your lamps", text="Where from?").status_code == 303
    (mail,) = mails_to(hub, lowri)
    assert mail.subject == "Mair Bevan wrote to you: Your lamps"
    assert "Mair Bevan (Eastmere Fire and Rescue) wrote to you through Moothall:\n\nWhere from?" in mail.text
    assert mail.person_id == lowri, "it is thrown away if she is suspended before it is sent"
    assert address_of(hub, mair) not in mail.text
    path = mail.text.partition("http://127.0.0.1:8000")[2].split()[0]
    theirs = browser_of(hub, lowri)
    assert "Where from?" in theirs.page(path).words
    assert theirs.posted(path, text="From Leeds.", with_address="yes").status_code == 303
    (back,) = mails_to(hub, mair)
    assert "From Leeds." in back.text
    assert f"They gave you their e-mail address: {address_of(hub, lowri)}" in back.text
    for one in (browser, theirs):
        assert "Your lamps" in one.page("/my/letters").words
    assert address_of(hub, mair) not in theirs.page(path).words
    with hub.database.reading() as session:
        newest = session.scalars(select(Letter).where(Letter.recipient_id == mair)).one()
        told = exchange(session, newest, actor=acting(session, mair))
        assert [one.text for one in told] == ["From Leeds.", "Where from?"]
        noticed = session.scalars(select(Notice).where(Notice.thing == "letter", Notice.person_id == lowri)).one()
        assert noticed.settled_at, "the letter was mailed; no mail tells of the notice besides"
        assert noticed.read_at, "it is answered"


@pytest.mark.parametrize("meanwhile", ["suspended", "refused"])
def test_a_letter_that_waits_does_not_go_once_its_writer_is_suspended_or_refused(hub: Site, meanwhile: str) -> None:
    mair, lowri = pair(hub)
    letter = send(hub, mair, lowri)
    (mail,) = mails_to(hub, lowri)
    telling = Workshop(hub.settings, hub.database).telling
    assert may_go(telling, mail)
    with hub.database.writing() as session:
        if meanwhile == "suspended":
            set_active(session, actor=COMMAND_LINE, person_id=mair, active=False)
        else:
            block(session, letter, actor=acting(session, lowri))
    assert not may_go(telling, mail)


def test_others_read_no_letter(hub: Site) -> None:
    mair, lowri = pair(hub)
    letter = send(hub, mair, lowri)
    _, other = pair(hub)
    assert browser_of(hub, other).page(f"/my/letters/{letter}").status == 404
    assert browser_of(hub, "").page(f"/my/letters/{letter}").status == 302


@pytest.mark.parametrize(("sees", "may"), [(ACCOUNT, True), (ORGANISATION, False), (NOBODY, False)])
def test_who_may_write_is_who_was_said(hub: Site, sees: str, may: bool) -> None:
    mair, lowri = pair(hub, sees)
    with hub.database.reading() as session:
        assert takes_letters(session, lowri, acting(session, mair)) is may
    if not may:
        with pytest.raises(NotFound):
            send(hub, mair, lowri)


def test_a_hidden_profile_takes_no_letters(hub: Site) -> None:
    mair, lowri = pair(hub)
    with hub.database.writing() as session:
        show(session, lowri, NOBODY, may_write=ACCOUNT)
    with pytest.raises(NotFound):
        send(hub, mair, lowri)


def test_who_is_refused_writes_no_more_and_is_told_no_more_than_others(hub: Site) -> None:
    mair, lowri = pair(hub)
    letter = send(hub, mair, lowri)
    with hub.database.reading() as session:
        before = exchange(session, session.get_one(Letter, letter), actor=acting(session, lowri))
    assert before[0].other == "Mair Bevan"
    assert browser_of(hub, lowri).posted(f"/my/letters/{letter}/refuse", f"/my/letters/{letter}").status_code == 303
    with pytest.raises(NotFound, match="cannot write to this person"):
        send(hub, mair, lowri)
    with hub.database.writing() as session:
        ((id, name),) = blocked_by(session, lowri)
        assert name == "Mair Bevan"
        unblock(session, id, actor=acting(session, lowri))
    send(hub, mair, lowri)


def test_an_answer_reaches_only_who_can_be_reached(hub: Site) -> None:
    mair, lowri = pair(hub)
    letter = send(hub, mair, lowri)
    with hub.database.writing() as session:
        back = answer(
            session, letter, actor=acting(session, lowri), text="From Leeds.", with_address=False, named=NAMED
        ).id
        block(session, back, actor=acting(session, mair))
    with hub.database.writing() as session, pytest.raises(Conflict):
        answer(session, letter, actor=acting(session, lowri), text="And Hull.", with_address=False, named=NAMED)


def test_nobody_is_written_to_without_end(hub: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    mair, lowri = pair(hub)
    for _ in range(letters.UNANSWERED):
        send(hub, mair, lowri)
    with pytest.raises(Conflict, match="not answered"):
        send(hub, mair, lowri)
    monkeypatch.setattr(letters, "MOST_A_DAY", letters.UNANSWERED)
    _, other = pair(hub)
    with pytest.raises(TooMany):
        send(hub, mair, other)
    with hub.database.reading() as session:
        assert session.scalar(select(func.count()).where(Letter.sender_id == mair)) == letters.UNANSWERED


def test_a_form_that_is_sent_too_often_is_refused_with_what_was_typed(
    hub: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    mair, lowri = pair(hub)
    letter = send(hub, mair, lowri)
    monkeypatch.setattr(letter_views, "TRIES", 1)
    browser, page = browser_of(hub, lowri), f"/my/letters/{letter}"
    assert browser.send(page, text="").status == 400
    refused = browser.send(page, text="From Leeds.")
    assert refused.status == 429
    assert refused.all("//textarea") == ["From Leeds."]
    assert not mails_to(hub, mair)
