"""A hub that tells people of what is new, with a real relay: for tests of alerts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import delete, select, update

from federation.record import Record
from harvesters.base import upsert
from hub.accounts.models import Person
from hub.alerts.matching import Followers, match_new
from hub.alerts.models import AlertRun
from hub.alerts.rechecking import may_go
from hub.alerts.running import Telling
from hub.alerts.searches import Means
from hub.alerts.working import Done, tell
from hub.db import new_id, now
from hub.index.matching import EmbeddedMatcher
from hub.mail.delivery import Mailer
from hub.mail.models import Mail
from hub.notices.following import DAILY, follow
from hub.organisations.models import Organisation
from hub.records.documents import RecordDocuments
from hub.records.keeping import Defaults, Enriched, keep
from hub.records.models import RecordRow, Tag
from hub.search.expand import Expander
from hub.search.saved import SavedQueries
from hub.sources.models import Source
from hub.sources.notices import Named
from hub.topics.service import Vocabulary
from tests.hub.alerts.people import somebody
from tests.hub.mail.made import QUICK, relay
from tests.hub.site import Site
from tests.servers.smtp import Post, Received, smtp

NAMED = Named("Moothall", "https://hub.example")


@dataclass
class Told:
    """The site, its alerts, and the relay that takes their mails."""

    site: Site
    post: Post
    telling: Telling
    followers: Followers
    means: Means

    @property
    def documents(self) -> RecordDocuments:
        """The records as the matcher takes them."""
        return RecordDocuments(self.telling.vocabulary)

    def follower(self, kind: str, key: str, frequency: str = DAILY, name: str = "", language: str = "en") -> Person:
        """Somebody new who follows this."""
        with self.site.database.writing() as session:
            person = somebody(session, f"Follower {new_id()}")
            person.language = language
            follow(session, person_id=person.id, kind=kind, key=key, frequency=frequency, name=name)
            return person

    def record(self, title: str, topics: tuple[str, ...] = (), audience: str | None = None, text: str = "") -> str:
        """A new document of Northford, as a check would bring it; its id."""
        with self.site.database.writing() as session:
            northford = session.scalars(select(Organisation).where(Organisation.slug == "northford-city")).one()
            source = session.scalars(select(Source).where(Source.organisation_id == northford.id)).first()
            assert source is not None
            native = new_id()
            new = Record(native_id=native, url=f"https://northford.example/{native}", title=title, text=text)
            given = Defaults(northford.id)
            keep(session, source_id=source.id, run_id="r", found=[(upsert(new), Enriched("en"))], defaults=given)
            row = session.scalars(select(RecordRow).where(RecordRow.native_id == native)).one()
            row.audience = audience
            session.add_all(Tag(record_id=row.id, concept_uri=uri, score=1.0) for uri in topics)
            return row.id

    def tell(self, *, a_day_later: bool = False) -> Done:
        """Do what the clock does; `a_day_later`: as if the digests of the day had not been made yet."""
        if a_day_later:
            with self.site.database.writing() as session:
                session.execute(delete(AlertRun))
        while match_new(self.site.database, self.means.matcher, self.documents, [self.followers]).records:
            pass
        return tell(self.telling, self.means)

    def send(self) -> None:
        """Hand in all that waits."""
        mailer = Mailer(self.site.database, relay(self.post.port), QUICK, still=lambda mail: may_go(self.telling, mail))
        while mailer.step():
            pass
        mailer.close()

    def mails_to(self, person: Person) -> list[Received]:
        """What has reached them."""
        self.send()
        return [one for one in self.post.mails if person.email in one.recipients]

    def queued(self, person: Person) -> list[Mail]:
        """What waits for them."""
        with self.site.database.reading() as session:
            return list(session.scalars(select(Mail).where(Mail.person_id == person.id, Mail.state == "queued")))


def text_of(mail: Received) -> str:
    """Its plain text."""
    body = mail.message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@contextmanager
def telling(site: Site) -> Iterator[Told]:
    """The alerts of a site: what is in it already is not new."""
    vocabulary = Vocabulary(site.database)
    with site.database.writing() as session:
        session.execute(update(RecordRow).values(matched_at=now()))
    queries = SavedQueries(vocabulary, Expander(vocabulary, site.settings.cache))
    followers = Followers(queries, vocabulary.scheme)
    with smtp() as post:
        means = Means(vocabulary, EmbeddedMatcher(), queries)
        yield Told(site, post, Telling(site.database, vocabulary, NAMED, site.settings), followers, means)
