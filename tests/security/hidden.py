"""Two hubs that differ in nothing but what one of them holds for Northford's people, and for members, alone."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from federation.record import File, Licence, Record
from harvesters.base import upsert
from hub.accounts.invitations import invite
from hub.accounts.models import Membership, Person
from hub.accounts.sessions import SESSION_COOKIE
from hub.config import Settings
from hub.db import now
from hub.index.engines import open_writer
from hub.index.worker import deliver_all, rebuild
from hub.indexed import documents_of
from hub.moderation.reports import Reporter, report_record
from hub.organisations.service import find_organisation
from hub.policy import COMMAND_LINE, CONTENT, SITE_MODERATOR
from hub.records import keeping
from hub.records.keeping import Defaults, Enriched, keep
from hub.records.models import RecordRow
from hub.records.service import withdraw
from hub.sources.models import RESTRICTED, ProblemRow, Run, Source
from hub.topics.service import Vocabulary
from tests.hub.published import EASTMERE, HERE, OGL, day
from tests.hub.site import BASE, Site, filled_site, ids_of, open_site
from tests.people import NAMED, settings_in
from tests.security.hidden_circles import Ids, circles_of_both, circles_of_one
from tests.security.hidden_followed import everybody_follows, looked, told
from tests.vocab.loaded import common

CANARY: Final = "zugunruhe"
"""Stands in every hidden text, name, address and mail, and nowhere else."""

SHARED: Final = "Officers who keep hens found that neighbours who share eggs also share keys, news and worries. " * 6
"""A text that Northford holds for itself, and that Eastmere publishes afterwards."""

PLACE: Final = f"https://{CANARY}.example/feed"
SOURCE: Final = "00000000-0000-7000-8000-0000000000a1"
RUN: Final = "00000000-0000-7000-8000-0000000000b1"
RECORDS: Final = [f"00000000-0000-7000-8000-0000000000c{number}" for number in range(5)]
MEMBER: Final = "00000000-0000-7000-8000-0000000000e1"
AFTERWARDS: Final = "00000000-0000-7000-8000-0000000000d1"
UNKNOWN: Final = "00000000-0000-7000-8000-0000000000ff"
TOPIC: Final = "LIB"
"""What no public document is about."""

MOMENT: Final = now()
"""When the hubs collect: both at the same moment."""

_SECRETS: Final = (
    Record(
        native_id="own",
        url=f"https://{CANARY}.example/own",
        title=f"Mould and {CANARY} in damp homes",
        summary=f"Damp {CANARY}",
        text=f"The {CANARY} of damp homes, mould and food waste. " * 8,
        language="en",
        type="evaluation",
        creators=(f"{CANARY} Author",),
        contact=f"{CANARY} desk",
        issued=day(0),
        licence=Licence(OGL, "", "record"),
        subjects=(f"{CANARY} keyword",),
        files=(File(url=f"https://{CANARY}.example/{CANARY}.pdf", type="application/pdf", size=1, sha256=""),),
    ),
    # The text and the address of what everybody may read: a copy that counts for nobody.
    replace(EASTMERE[1], native_id="copy", url="https://eastmere.example/cold", title=f"{CANARY}: a copy of our own"),
    Record(native_id="eggs", url=f"{HERE}/hens", title=f"{CANARY} and hens", text=SHARED, language="en", issued=day(1)),
    Record(
        native_id="svensk",
        url=f"https://{CANARY}.example/sv",
        title=f"Vinterväghållning och {CANARY}",
        text="Kommunen plogar och sandar alla gator när det har snöat under natten och det är halt på vägarna. " * 3,
        language="sv",
        issued=day(2),
    ),
    Record(native_id="gone", url=f"https://{CANARY}.example/gone", title=f"{CANARY} that went", issued=day(3)),
)


class Two:
    """A hub without anything hidden, and the same with it; the same people are signed in to both."""

    def __init__(self, without: Site, having: Site, sessions: dict[str, str], ids: dict[str, list[str]]) -> None:
        """`ids` are those of what is in communities, hidden or not: {last folder of an address: what stands there}."""
        self.without = without
        self.having = having
        self.sessions = sessions
        self.ids = ids

    def clients(self, who: str) -> tuple[FlaskClient, FlaskClient]:
        """A browser of this person at each of them."""
        return _client(self.without, self.sessions[who]), _client(self.having, self.sessions[who])


def _client(site: Site, secret: str) -> FlaskClient:
    client = site.app.test_client()
    if secret:
        client.set_cookie(SESSION_COOKIE, secret, domain="127.0.0.1")
        # The cookie that guards forms comes with the first page.
        client.get("/help", base_url=BASE)
    return client


@contextmanager
def two(folder: Path, places: Sequence[str] = ("embedded:", "embedded:")) -> Iterator[Two]:
    """Both of them, with their indexes at these addresses."""
    with filled_site(folder / "first") as first:
        sessions = _people(first)
        with first.database.writing() as session:
            ids = circles_of_both(session)
            everybody_follows(session, ids.held, (TOPIC, "HOU.1"))
        looked(first)
    with ExitStack() as stack:
        sites = [_copied(first.settings, folder / str(number), place) for number, place in enumerate(places)]
        without, having = (stack.enter_context(open_site(one)) for one in sites)
        for site in (without, having):
            site.ids = ids_of(site.database)
            rebuild(site.database, open_writer(site.settings), documents_of(Vocabulary(site.database)))
        _hide(having, ids)
        for site in (without, having):
            _goes_on(site)
            _deliver(site)
            told(site, MOMENT)
        yield Two(without, having, sessions, ids.held)


def _copied(settings: Settings, folder: Path, search_url: str) -> Settings:
    shutil.copytree(settings.data, folder)
    return settings_in(folder, search_url=search_url)


def _deliver(site: Site) -> None:
    done = deliver_all(site.database, open_writer(site.settings), documents_of(Vocabulary(site.database)))
    assert not done.busy
    assert not done.refused


def _people(site: Site) -> dict[str, str]:
    """{who: the secret of a session}: nobody of them is of Northford, but the last two."""
    clients = {
        "somebody without an organisation": site.person("Nia"),
        "an officer of Eastmere": site.person("Owain", {"eastmere-fire-and-rescue": "officer"}),
        "a content officer of Eastmere": site.person("Mair", {"eastmere-fire-and-rescue": CONTENT}),
        "a site moderator": site.person("Siân", role=SITE_MODERATOR),
        "an officer of Northford": site.person("Aisha", {"northford-city": "officer"}),
        "the operator": site.operator(),
    }
    found = {"a stranger": ""}
    for who, client in clients.items():
        cookie = client.get_cookie(SESSION_COOKIE, domain="127.0.0.1")
        assert cookie
        found[who] = cookie.value
    return found


def _hide(site: Site, ids: Ids) -> None:
    """Everything that can be restricted to Northford: a source, its checks and problems, records of every sort.

    And to members of communities.
    """
    with site.database.writing() as session:
        northford = find_organisation(session, "northford-city")
        session.add(
            Source(
                id=SOURCE,
                organisation_id=northford.id,
                name=f"{CANARY} source",
                kind="feed",
                address=PLACE,
                contact=f"{CANARY} team",
                visibility=RESTRICTED,
                documents=4,
            )
        )
        session.flush()
        ended = now() + timedelta(hours=1)
        session.add(
            Run(id=RUN, source_id=SOURCE, slot="1", state="complete", new=5, failed=1, started=now(), ended=ended)
        )
        session.flush()
        problem = {"what": f"{CANARY} is broken", "fix": "Mend it.", "where": PLACE, "stage": "list"}
        session.add(ProblemRow(run_id=RUN, source_id=SOURCE, code="bad-link", severity="error", **problem))
        defaults = Defaults(northford.id, audience=northford.id)
    _keep(site, SOURCE, _SECRETS, RECORDS, defaults, TOPIC)
    again = replace(_SECRETS[0], text=_SECRETS[0].text + f" A second version of {CANARY}.")
    _keep(site, SOURCE, [again], [], defaults, TOPIC)
    with site.database.writing() as session:
        withdraw(session, source_id=SOURCE, native_ids=["gone"], run_id=RUN, reason=f"{CANARY} has left.")
        northford = find_organisation(session, "northford-city")
        hidden = {"email": f"{CANARY}@northford.example", "name": f"{CANARY} Member"}
        member = Person(id=MEMBER, **hidden, confirmed_at=now())
        session.add(member)
        session.flush()
        session.add(Membership(person_id=member.id, organisation_id=northford.id))
        given = {"role": "officer", "address": "http://127.0.0.1:8000/join/{}", "hub": "Moothall"}
        invite(session, actor=COMMAND_LINE, organisation=northford, email=f"new-{CANARY}@northford.example", **given)
        report_record(
            session,
            session.get_one(RecordRow, RECORDS[0]),
            reason="personal-data",
            text=f"There is a private {CANARY} in it.",
            reporter=Reporter(member.id, hidden["name"], hidden["email"]),
            language="en",
            named=NAMED,
        )
        circles_of_one(session, CANARY, TOPIC, ids)
    _deliver(site)


def _goes_on(site: Site) -> None:
    """Afterwards Eastmere publishes a text that Northford holds for itself."""
    with site.database.writing() as session:
        eastmere = find_organisation(session, "eastmere-fire-and-rescue").id
        source_id = session.scalars(select(Source.id).where(Source.organisation_id == eastmere)).one()
    eggs = Record(
        native_id="eggs", url="https://eastmere.example/eggs", title="Eggs and keys", text=SHARED, language="en"
    )
    _keep(site, source_id, [eggs], [AFTERWARDS], Defaults(eastmere, licence_uri=OGL), "")


def _keep(
    site: Site, source_id: str, records: Sequence[Record], ids: Sequence[str], defaults: Defaults, topic: str
) -> None:
    """Store these as a harvest does; new ones get these ids, in turn."""
    concepts = {one.notation: one.uri for one in common()}
    tags = ({"concept": concepts[topic], "score": 0.9, "reasons": []},) if topic else ()
    with pytest.MonkeyPatch.context() as patch, site.database.writing() as session:
        waiting = iter(ids)
        patch.setattr(keeping, "new_id", lambda: next(waiting))
        patch.setattr(keeping, "now", lambda: MOMENT)
        found = [
            (upsert(one, raw=f"<item>{one.title}</item>".encode()), Enriched(one.language, tags)) for one in records
        ]
        keep(session, source_id=source_id, run_id=RUN, found=found, defaults=defaults)
