"""`moothall alert`: what is new is matched and told, and a mail is seen before it is sent."""

from sqlalchemy import select

from hub.accounts.models import Person
from hub.db import now
from hub.mail.models import Mail
from hub.notices.following import follow
from hub.notices.service import About, happened, notify
from tests.hub.cli.typed import Terminal


def test_what_waits_is_previewed_and_then_mailed_once(terminal: Terminal) -> None:
    database = terminal.database()
    with database.writing() as session:
        person = Person(name="Ann", email="ann@post.example", confirmed_at=now(), language="cy")
        author = Person(name="Bo", email="bo@post.example", confirmed_at=now())
        session.add_all((person, author))
        session.flush()
        follow(session, person_id=person.id, kind="person", key=author.id)
        about = About("note", "note 1", "/about")
        notify(session, person_id=person.id, what="announcement", about=about, title="Open day")
        happened(session, what="note", about=About("note", "note 2", "/about"), title="Ten lamps")
    nothing = terminal.type("alert", "preview", "ANN@post.example", "--period", "weekly", "--json").value()
    assert nothing == {"period": "weekly", "mail": None}
    seen = terminal.type("alert", "preview", "ann@post.example").out
    assert "Open day" in seen
    assert "Eich diwrnod" in seen, "in the language of whoever gets it"
    value = terminal.type("alert", "run", "--json").value()
    assert value["happenings"] == 1
    assert value["mails"] == {"daily": 1, "weekly": 0}
    assert terminal.type("alert", "run", "--json").value() == {"records": 0, "happenings": 0, "mails": {}}
    with database.reading() as session:
        assert session.scalars(select(Mail.recipient)).all() == ["ann@post.example"]
    database.close()
    assert "Nobody who may sign in" in terminal.type("alert", "preview", "no@post.example").complaint()
