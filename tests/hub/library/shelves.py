"""Communities with libraries, and a publisher whose documents change, for tests of what comes of that."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.record import Record
from harvesters.base import upsert
from hub.communities.access import OPEN
from hub.communities.models import Community
from hub.db import new_id
from hub.library.models import LibraryItem
from hub.organisations.service import find_organisation
from hub.records.keeping import Defaults, keep
from hub.records.models import RecordRow
from hub.records.service import withdraw
from hub.sources.models import Source
from tests.hub.communities.made import known, made
from tests.hub.site import Site, enriched
from tests.people import source_of
from tests.vocab.loaded import common

DAMP = "Damp and mould"


def topic(name: str) -> str:
    """The URI of the topic with this name."""
    (found,) = [one.uri for one in common() if one.pref("en") == name]
    return found


def community_in(
    session: Session,
    *topics: str,
    visibility: str = OPEN,
    facilitators: Sequence[str] = (),
    members: Sequence[str] = (),
) -> Community:
    """A community on these topics; people are named as `Site.person` has made them."""
    people = {"facilitators": [known(session, one) for one in facilitators]}
    people["members"] = [known(session, one) for one in members]
    return made(session, visibility=visibility, concepts=[topic(one) for one in topics], **people)


def states(site: Site, community: Community) -> dict[str, str]:
    """{native identifier of a document: what it is to the library}."""
    with site.database.reading() as session:
        found = select(RecordRow.native_id, LibraryItem.state).join(LibraryItem, LibraryItem.record_id == RecordRow.id)
        return dict(session.execute(found.where(LibraryItem.community_id == community.id)).all())


TEXT = "Damp and mould in homes: how we dealt with mould, room by room, with a fan and a form. " * 4


def mould(title: str = "Mould in flats") -> Record:
    """A document about damp homes that nobody has."""
    id = new_id()
    return Record(native_id=id, url=f"https://northford.example/{id}", title=title, text=TEXT + id, language="en")


@dataclass(frozen=True)
class Publisher:
    """A source of Northford of its own."""

    site: Site
    source: str
    organisation: str
    audience: str | None = None

    def brings(self, record: Record, **changed: object) -> str:
        """A harvest brings this document, changed so; our id of it."""
        record = replace(record, **changed)  # type: ignore[arg-type]
        defaults = Defaults(self.organisation, audience=self.audience)
        with self.site.database.writing() as session:
            found = [(upsert(record), enriched(record))]
            keep(session, source_id=self.source, run_id=new_id(), found=found, defaults=defaults)
            of_it = select(RecordRow.id).where(RecordRow.source_id == self.source)
            return session.scalars(of_it.where(RecordRow.native_id == record.native_id)).one()

    def loses(self, native_id: str) -> None:
        """The document is gone from its publisher's site."""
        with self.site.database.writing() as session:
            withdraw(session, source_id=self.source, native_ids=[native_id], run_id=new_id(), reason="Gone.")


def publisher(site: Site, *, restricted: bool = False) -> Publisher:
    """One that has published nothing yet; what it brings is for Northford's people alone where it is `restricted`."""
    with site.database.writing() as session:
        northford = find_organisation(session, "northford-city")
        source: Source = source_of(session, northford.id, f"https://{new_id()}.example/feed")
        return Publisher(site, source.id, northford.id, northford.id if restricted else None)
