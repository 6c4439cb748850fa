"""Rule 16 for people: what somebody hides changes no byte of any answer to those from whom it is hidden."""

import re
from typing import Final

from hub.accounts.models import Membership
from hub.index.engines import open_writer
from hub.index.worker import deliver_all
from hub.indexed import documents_of
from hub.organisations.service import find_organisation
from hub.people.models import ACCOUNT, EVERYBODY, NOBODY, ORGANISATION
from hub.policy import OFFICER
from hub.topics.service import Vocabulary
from tests.hub.accounts.people import Browser
from tests.hub.communities.made import made, somebody
from tests.hub.people.shown import accepted, browser_of, show, shown_person
from tests.hub.site import Site
from tests.vocab.loaded import common

TOPIC: Final = next(iter(common()))
CANARY: Final = "quagga"
HIDDEN: Final = dict.fromkeys(("topics", "about", "organisations", "answers", "languages", "communities"), NOBODY)
ADDRESSES: Final = (
    *("/people", "/people?sort=answers", f"/people?q={CANARY}", "/people?q=Jac", "/people?q=Kai"),
    *(f"/people?topic={TOPIC.notation}", f"/people?topic={TOPIC.notation}&sort=answers"),
    *("/people?organisation=quietshire", "/people?sector=health", "/people/jac", "/people/kai"),
    *(
        f"/topics/{TOPIC.notation}",
        "/search?q=Jac",
        f"/search?q={CANARY}",
        "/search?type=person&q=Jac",
        "/search.json?q=Jac",
    ),
    *(f"/suggest?q={CANARY[:4]}", "/search.atom", "/"),
)


def answers(browser: Browser) -> dict[str, tuple[int, str]]:
    """What somebody gets at each address, without tokens."""
    found = {}
    for address in ADDRESSES:
        answer = browser.site.get(address, browser.client)
        text = re.sub(r'name="csrf_token" value="[^"]+"|<updated>[^<]+</updated>', "", answer.text)
        found[address] = (answer.status_code, text)
    return found


def test_what_is_hidden_changes_nothing(hub: Site) -> None:
    with hub.database.writing() as session:
        jac = shown_person(session, "Jac", EVERYBODY, organisations=(), job="Planner", only=HIDDEN)
        kai = shown_person(session, "Kai", NOBODY, organisations=())
        asker, other = somebody(session), somebody(session)
        colleague = shown_person(session, "Colleague", NOBODY)
        place = made(session, "Lamps", members=[asker, jac, kai])
    readers = {
        "stranger": browser_of(hub, ""),
        "other": browser_of(hub, other),
        "colleague": browser_of(hub, colleague),
    }
    deliver(hub)
    before = {name: answers(browser) for name, browser in readers.items()}
    with hub.database.writing() as session:
        secrets = {"about": CANARY, "languages": CANARY, "topics": (TOPIC.uri,)}
        show(session, jac, EVERYBODY, job="Planner", only=HIDDEN, **secrets)
        show(session, kai, NOBODY, job=CANARY, may_write=ACCOUNT, **secrets)
        there = find_organisation(session, "quietshire")
        session.add_all(Membership(person_id=one, organisation_id=there.id, role=OFFICER) for one in (jac, kai))
        accepted(session, place, asker, kai, "Who is it?", [TOPIC.uri])
    with hub.database.writing() as session:
        accepted(session, place, asker, jac, "Who else?", [TOPIC.uri])
        show(session, kai, ORGANISATION, job=CANARY, **secrets)
    deliver(hub)
    for name, browser in readers.items():
        after = answers(browser)
        for address in ADDRESSES:
            # What is asked in an open community is public, whoever answers.
            if address in (f"/topics/{TOPIC.notation}", "/search.atom", "/"):
                assert CANARY not in after[address][1], (name, address)
                assert "/people/" not in after[address][1], (name, address)
            else:
                assert after[address] == before[name][address], (name, address)


def deliver(hub: Site) -> None:
    """Bring the index up to date."""
    deliver_all(hub.database, open_writer(hub.settings), documents_of(Vocabulary(hub.database)))
