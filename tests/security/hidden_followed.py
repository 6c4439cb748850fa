"""What people follow in two hubs, and the telling of it: everybody follows what may bring them something hidden."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import cycle
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.accounts.models import Person
from hub.alerts.models import Delivery, Digest
from hub.communities.models import Community
from hub.db import now
from hub.jobs import Watch
from hub.notices.following import (
    COMMUNITY,
    DAILY,
    IMMEDIATELY,
    ORGANISATION,
    PERSON,
    SEARCH,
    THREAD,
    TOPIC,
    WEEKLY,
    follow,
)
from hub.organisations.service import find_organisation
from hub.people.models import Profile
from hub.records.models import RecordRow
from hub.workshop import Workshop
from tests.hub.site import Site
from tests.vocab.loaded import common

OFTEN: Final = (IMMEDIATELY, DAILY, WEEKLY)


def everybody_follows(session: Session, held: Mapping[str, Sequence[str]], topics: Sequence[str]) -> None:
    """`held` is what both hubs have in communities. What is there already is not new."""
    session.execute(update(RecordRow).values(matched_at=now()))
    circles = dict(session.execute(select(Community.slug, Community.id)).all())
    wanted = [(SEARCH, "q=hens"), (SEARCH, "q=mould"), (ORGANISATION, find_organisation(session, "northford-city").id)]
    wanted += [(TOPIC, one.uri) for one in common() if one.notation in topics]
    wanted += [(COMMUNITY, circles[slug]) for slug in held["communities"]]
    wanted += [(THREAD, held["discussions"][0])]
    wanted += [(PERSON, id) for id in session.scalars(select(Profile.person_id))]
    for person in session.scalars(select(Person.id)).all():
        for (kind, key), often in zip(wanted, cycle(OFTEN), strict=False):
            follow(session, person_id=person, kind=kind, key=key, frequency=often)


def looked(site: Site) -> Watch:
    """What is new is matched with libraries and with what people follow."""
    watch = Watch(Workshop(site.settings, site.database))
    watch.look()
    return watch


def told(site: Site, moment: datetime) -> None:
    """The same, and it is told to those who follow it: in both hubs at this moment."""
    looked(site).tell()
    with site.database.writing() as session:
        session.execute(update(Delivery).values(at=moment))
        session.execute(update(Digest).values(created=moment))
