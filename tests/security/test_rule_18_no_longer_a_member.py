"""Rule 18: whoever leaves a community, is sent away or suspended gets nothing more of it, from the next request on.

And of the mail that waits for them already nothing either.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.accounts.members import set_active
from hub.accounts.models import Person
from hub.accounts.service import actors_for
from hub.alerts.rechecking import may_go
from hub.communities.access import CONFIDENTIAL
from hub.communities.asking import ask_facilitators
from hub.communities.membership import leave, remove_member
from hub.communities.models import Community
from hub.index.engines import open_writer
from hub.index.worker import deliver_all
from hub.indexed import documents_of
from hub.mail.models import Mail
from hub.policy import COMMAND_LINE
from hub.talk.access import Place
from hub.talk.kinds import QUESTION
from hub.talk.service import Draft, open_thread, reply
from hub.topics.service import Vocabulary
from hub.workshop import Workshop
from tests.hub.communities.made import known, made, somebody
from tests.hub.site import Site, filled_site

WORD = "zugunruhe"

Ending = Callable[[Session, Community, str], None]


def leaves(session: Session, row: Community, person: str) -> None:
    leave(session, row, actor=actors_for(session, [person])[person])


def is_sent_away(session: Session, row: Community, person: str) -> None:
    remove_member(session, row, person_id=person, actor=COMMAND_LINE)


def is_suspended(session: Session, row: Community, person: str) -> None:
    set_active(session, actor=COMMAND_LINE, person_id=person, active=False)


@dataclass
class Circle:
    """A confidential community with a question of each who facilitates it, a mail to each, and a browser of each."""

    site: Site
    id: str
    slug: str
    threads: dict[str, str]
    clients: dict[str, FlaskClient]


@pytest.fixture(scope="module")
def circle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Circle]:
    folder: Path = tmp_path_factory.mktemp("leaving") / "hub"
    with filled_site(folder) as site:
        endings = (leaves, is_sent_away, is_suspended)
        clients = {one.__name__: site.person(one.__name__) for one in endings}
        with site.database.writing() as session:
            people = {name: known(session, name) for name in clients}
            warden = somebody(session, "Warden")
            row = made(session, f"Circle of {WORD}", CONFIDENTIAL, facilitators=[warden, *people.values()])
            threads = {name: _asked(session, row, person, warden) for name, person in people.items()}
            asks = actors_for(session, [warden])[warden]
            ask_facilitators(session, row, actor=asks, words=f"Who knows {WORD}?", hub="Hub", base_url="http://h")
            id, slug = row.id, row.slug
        deliver_all(site.database, open_writer(site.settings), documents_of(Vocabulary(site.database)))
        yield Circle(site, id, slug, threads, clients)


def _asked(session: Session, row: Community, person: str, warden: str) -> str:
    """A question, whose answer becomes a notice."""
    asker, answers = actors_for(session, [person])[person], actors_for(session, [warden])[warden]
    thread = open_thread(session, Place(row, asker), Draft(QUESTION, f"Who knows {WORD}?", f"What is {WORD}?"))
    reply(session, thread, Place(row, answers), f"All of us know {WORD}.")
    return thread.id


def told(circle: Circle, who: str) -> dict[str, bool]:
    """{address: whether somebody is told of the community there}."""
    pages = (
        *(
            f"/communities/{circle.slug}",
            f"/communities/{circle.slug}/discussions",
            f"/discussions/{circle.threads[who]}",
        ),
        *(f"/communities/{circle.slug}/events.ics", f"/search?q={WORD}", f"/search/restricted?community={circle.slug}"),
        *("/communities", "/my/notices", "/my", "/account"),
    )
    client = circle.clients[who]
    texts = {page: circle.site.get(page, client).text.replace(circle.slug, "").lower() for page in pages}
    return {page: WORD in text for page, text in texts.items()}


@pytest.mark.parametrize("ending", [leaves, is_sent_away, is_suspended])
def test_whoever_belongs_to_it_no_more_is_told_nothing_from_the_next_request_on(circle: Circle, ending: Ending) -> None:
    site, who = circle.site, ending.__name__
    before = told(circle, who)
    assert sum(before.values()) >= 7, before
    workshop = Workshop(site.settings, site.database)
    with site.database.reading() as session:
        person = session.scalars(select(Person.id).where(Person.name == who)).one()
        mail = session.scalars(select(Mail).where(Mail.person_id == person, Mail.key.startswith("question "))).one()
    assert WORD in mail.text
    assert may_go(workshop.telling, mail)
    with site.database.writing() as session:
        ending(session, session.get_one(Community, circle.id), person)
    after = told(circle, who)
    assert not any(shown for page, shown in after.items() if not page.startswith("/search?")), after
    assert not site.page(f"/search?q={WORD}", circle.clients[who]).all("//section[contains(@class, 'ours')]")
    for path in (f"/communities/{circle.slug}", f"/discussions/{circle.threads[who]}"):
        assert site.get(path, circle.clients[who]).status_code == 404, path
    assert not may_go(workshop.telling, mail), "the mail that waits is thrown away"
