"""What waits in a community, for tests: Leila and Nia facilitate, Marta and Owen belong, Sam is a site moderator."""

from dataclasses import dataclass

from sqlalchemy import select

from hub.accounts.models import CommunityMember
from hub.communities.models import Community
from hub.facilitating.deciding import Said, decide
from hub.facilitating.models import Ruling
from hub.facilitating.waiting import Waits, scope_of, waiting
from hub.notices.models import Notice
from hub.policy import FACILITATOR, SITE_MODERATOR
from hub.talk.access import find_post
from hub.talk.models import Post
from hub.talk.reports import report_post
from tests.hub.talk.talking import Talk, person, talk_in
from tests.people import NAMED, World


@dataclass
class Queue(Talk):
    """The same, with what its people see in the queue."""

    def waits(self, who: str) -> list[Waits]:
        """What waits for this person."""
        with self.world.database.reading() as session:
            return waiting(session, scope_of(self.actor(session, who)))

    def kinds(self, who: str) -> list[str]:
        """The same by its kinds."""
        return [one.kind for one in self.waits(who)]

    def decide(self, who: str, what: str, *, kind: str = "", **said: str) -> str:
        """Decide about the oldest that waits; the id of the ruling."""
        (first, *_rest) = [one for one in self.waits(who) if not kind or one.kind == kind]
        with self.world.database.writing() as session:
            scope = scope_of(self.actor(session, who))
            return decide(session, scope, first.key, Said(what, **said), named=NAMED, language="en").id

    def report(self, post_id: str, who: str = "owen") -> None:
        """Report a post."""
        with self.world.database.writing() as session:
            post, _thread, place = find_post(session, post_id, actor=self.actor(session, who))
            report_post(session, post, place, reason="unkind", text="It mocks them.")

    def opening(self, thread_id: str) -> str:
        """The id of its first post."""
        with self.world.database.reading() as session:
            return session.scalars(select(Post.id).where(Post.thread_id == thread_id, Post.opening.is_(True))).one()

    def post(self, id: str) -> Post:
        """A post as it is now."""
        with self.world.database.reading() as session:
            return session.get_one(Post, id)

    def ruling(self, id: str) -> Ruling:
        """A ruling as it is now."""
        with self.world.database.reading() as session:
            return session.get_one(Ruling, id)

    def told(self, who: str) -> list[tuple[str, str]]:
        """What this person was told, with where it leads."""
        with self.world.database.reading() as session:
            theirs = select(Notice.what, Notice.path).where(Notice.person_id == self.people[who])
            return [(what, path) for what, path in session.execute(theirs.order_by(Notice.id))]


def queue_in(world: World, visibility: str = "open") -> Queue:
    """Make the community, its people and a site moderator."""
    talk = talk_in(world, visibility)
    with world.database.writing() as session:
        talk.people["nia"] = person(session, "Nia Price", world.eastmere).id
        session.add(CommunityMember(person_id=talk.people["nia"], community_id=talk.community_id, role=FACILITATOR))
        sam = person(session, "Sam Site")
        sam.role = SITE_MODERATOR
        talk.people["sam"] = sam.id
        session.get_one(Community, talk.community_id).members = 4
        session.flush()
    return Queue(world, talk.people, talk.community_id)
