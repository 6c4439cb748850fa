"""Pages of communities against the home page: 1,700 communities, and 10,000 people in one of them.

    python -m benchmarks.communities [--rounds 40]

Every page is asked for in turn with the home page, over one connection to a web process as `moothall run` starts it, by
a stranger and by somebody who belongs to 20 communities. What is compared was measured in the same minute.
"""

import argparse
import http.client
import shutil
import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import insert
from sqlalchemy.orm import Session

from benchmarks.corpus import ORGANISATIONS, TOPICS, Corpus
from benchmarks.search_page import timed
from benchmarks.served import fill, serving, settings_of
from hub.accounts.models import CommunityMember, Membership, Person
from hub.accounts.service import open_stamped
from hub.accounts.sessions import SESSION_COOKIE
from hub.communities.keeping import count_again
from hub.communities.models import Community, CommunityConcept
from hub.db import Database, now
from hub.policy import FACILITATOR, MEMBER, OFFICER
from vocab.scheme import BASE

COMMUNITIES: Final = 1_700
PEOPLE: Final = 12_000
IN_ONE: Final = 10_000
IN_OTHERS: Final = 20
VISIBILITIES: Final = ("open", "open", "open", "restricted", "private", "confidential")

PAGES: Final = {
    "list": "/communities",
    "list, page 20": "/communities?page=20",
    "list, by members": "/communities?sort=members",
    "list, words": "/communities?q=practice+number+17",
    "list, topic": "/communities?topic=T001",
    "one community": "/communities/community-0",
    "about": "/communities/community-0/about",
    "members": "/communities/community-0/members",
    "organisation": "/organisations/organisation-001",
    "topic": "/topics/T001",
}
SIGNED_IN: Final = {
    "members, page 150": "/communities/community-0/members?page=150",
    "members, a name": "/communities/community-0/members?q=person+77",
}
"""Pages of names, which strangers do not see."""


def settle(session: Session) -> str:
    """Everybody and everything; the id of somebody who belongs to 20 communities and to the large one."""
    people = [f"person-{number:05d}" for number in range(PEOPLE)]
    _write(
        session,
        Person,
        ({"id": id, "name": id.title(), "email": f"{id}@n.example", "confirmed_at": now()} for id in people),
    )
    memberships = (
        {"person_id": id, "organisation_id": f"organisation-{number % ORGANISATIONS:03d}", "role": OFFICER}
        for number, id in enumerate(people)
    )
    _write(session, Membership, memberships)
    _write(session, Community, (_community(number) for number in range(COMMUNITIES)))
    about = (
        {"community_id": f"community-{number}", "concept_uri": f"{BASE}T{(number + step * 7) % TOPICS:03d}"}
        for number in range(COMMUNITIES)
        for step in (0, 1)
        if number
    )
    _write(session, CommunityConcept, about)
    _write(session, CommunityMember, _belonging())
    count_again(session)
    return people[0]


def _write(session: Session, table: Any, rows: Any) -> None:
    session.execute(insert(table), list(rows))


def _community(number: int) -> dict[str, Any]:
    name, purpose = f"Practice number {number}", "To do it better than last year, and to say how."
    return {
        "id": f"community-{number}",
        "slug": f"community-{number}",
        "name": name,
        "purpose": purpose,
        "folded": f"{name}\n{purpose}".casefold(),
        "visibility": VISIBILITIES[number % len(VISIBILITIES)],
        "organisation_id": f"organisation-{number % ORGANISATIONS:03d}",
    }


def _belonging() -> list[dict[str, Any]]:
    one = [("community-0", number) for number in range(IN_ONE)]
    others = [
        (f"community-{number}", (number * 7 + place) % PEOPLE)
        for number in range(1, COMMUNITIES)
        for place in range(IN_OTHERS)
    ]
    mine = [(f"community-{number}", 0) for number in range(1, IN_OTHERS + 1)]
    return [
        {"community_id": id, "person_id": f"person-{number:05d}", "role": MEMBER if number % 1000 else FACILITATOR}
        for id, number in dict.fromkeys(one + others + mine)
    ]


class Reader:
    """One browser, on one connection that stays open."""

    def __init__(self, port: int, secret: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._headers = {"Cookie": f"{SESSION_COOKIE}={secret}"} if secret else {}

    def get(self, address: str) -> bytes:
        """The page at an address."""
        self._connection.request("GET", address, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        assert answer.status == 200, (address, answer.status)
        return body


def measure(reader: Reader, pages: Mapping[str, str], rounds: int) -> dict[str, tuple[float, float, float]]:
    """{page: milliseconds of its median, of its 95th hundredth, and how many home pages the median is}."""
    found = {}
    for name, address in pages.items():
        times: list[list[float]] = [[], []]
        for _ in range(rounds):
            for side, where in enumerate(("/", address)):
                times[side].append(timed(lambda where=where: reader.get(where)))  # type: ignore[misc]
        home, page = (statistics.quantiles(one, n=100) for one in times)
        found[name] = page[49], page[94], page[49] / home[49]
    return found


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    rounds = parser.parse_args().rounds
    folder = Path(tempfile.mkdtemp(prefix="moothall-bench-"))
    try:
        fill(folder, Corpus(2_000))
        settings = settings_of(folder)
        database = Database(settings.database)
        with database.writing() as session:
            mine = settle(session)
            stamp = session.get_one(Person, mine).fs_uniquifier
            secret = open_stamped(session, stamp, {"fs_paa": time.time()}, 3600)
        database.close()
        with serving(settings) as made:
            port = urlsplit(made.base_url).port or 0
            sides = (("a stranger", Reader(port), PAGES), ("a member", Reader(port, secret), PAGES | SIGNED_IN))
            for who, reader, pages in sides:
                print(f"{who}: ms p50, p95, and p50 in home pages ({rounds} rounds)")
                for name, (p50, p95, ratio) in measure(reader, pages, rounds).items():
                    print(f"  {name:18} {p50:7.1f} {p95:7.1f}   {ratio:5.2f}")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
