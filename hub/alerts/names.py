"""What is followed, in words and as a link, as whoever follows it may know it now."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.accounts.models import Person
from hub.communities.access import found_by, talk_shown_to
from hub.communities.documents import FINDABLE as COMMUNITIES
from hub.communities.models import Community
from hub.events.documents import FINDABLE as EVENTS
from hub.languages import gettext as _
from hub.languages import language
from hub.notices.following import COMMUNITY, KINDS, ORGANISATION, PERSON, SEARCH, THREAD, TOPIC
from hub.organisations.models import Organisation
from hub.people.access import known_to
from hub.people.documents import FINDABLE as PEOPLE
from hub.people.models import Profile
from hub.search.facets import FACET_WORDS, Names
from hub.search.records import RECORDS
from hub.search.saved import asked_of
from hub.talk.documents import FINDABLE as THREADS
from hub.talk.models import Thread
from hub.topics.service import Vocabulary
from hub.words import on
from hub.writing.wiki_documents import FINDABLE as PAGES

Key = tuple[str, str]
"""Kind and key of what is followed."""


@dataclass(frozen=True, slots=True)
class Label:
    """What is followed: its kind, its name, and its page (empty where there is none)."""

    kind: str
    name: str
    path: str = ""

    @property
    def kind_name(self) -> str:
        """What people read for the kind."""
        return _(KINDS[self.kind])

    @property
    def reason(self) -> str:
        """As it stands after “why you get this”."""
        says: dict[str, Callable[[], str]] = {
            SEARCH: lambda: _("your search %(name)s", name=self.name),
            TOPIC: lambda: _("the topic %(name)s", name=self.name),
            ORGANISATION: lambda: _("the organisation %(name)s", name=self.name),
            COMMUNITY: lambda: _("the community %(name)s", name=self.name),
            THREAD: lambda: _("the discussion “%(name)s”", name=self.name),
            PERSON: lambda: _("%(name)s, whom you follow", name=self.name),
        }
        return says[self.kind]()


def gone(kind: str) -> Label:
    """What stands for something that is there no more, or closed to whoever followed it."""
    return Label(kind, _("something that is gone, or closed to you"))


class Labels:
    """The labels of some things, read by one statement a kind."""

    def __init__(self, session: Session, wanted: Iterable[Key], vocabulary: Vocabulary, circles: Sequence[str]) -> None:
        """`circles` are the audiences (hub.policy.audiences) of whoever reads them."""
        self._session = session
        self._vocabulary = vocabulary
        self._circles = circles
        keys: dict[str, set[str]] = {}
        for kind, key in wanted:
            keys.setdefault(kind, set()).add(key)
        self._labels: dict[Key, Label] = {}
        for kind, some in keys.items():
            found = _READERS[kind](self, sorted(some))
            self._labels |= {(kind, key): Label(kind, name, path) for key, (name, path) in found.items()}

    def of(self, kind: str, key: str, name: str = "") -> Label:
        """The label of one; `name` is what its owner calls a search."""
        found = self._labels.get((kind, key))
        if found is None:
            return gone(kind)
        return Label(kind, f"“{name}”", found.path) if name and kind == SEARCH else found

    def has(self, kind: str, key: str) -> bool:
        """Whether it is there."""
        return (kind, key) in self._labels

    def _topics(self, keys: list[str]) -> Mapping[str, tuple[str, str]]:
        known = self._vocabulary.scheme.concepts
        spoken = language()
        return {key: (known[key].pref(spoken), f"/topics/{known[key].notation}") for key in keys if key in known}

    def _organisations(self, keys: list[str]) -> Mapping[str, tuple[str, str]]:
        rows = self._rows(Organisation.id, Organisation.name, Organisation.slug, Organisation.id.in_(keys))
        return {id: (name, f"/organisations/{slug}") for id, name, slug in rows}

    def _communities(self, keys: list[str]) -> Mapping[str, tuple[str, str]]:
        known = Community.id.in_(keys) & found_by(self._circles)
        rows = self._rows(Community.id, Community.name, Community.slug, known)
        return {id: (name, f"/communities/{slug}") for id, name, slug in rows}

    def _threads(self, keys: list[str]) -> Mapping[str, tuple[str, str]]:
        joined = select(Thread.id, Thread.title).join(Community, Community.id == Thread.community_id)
        shown = joined.where(Thread.id.in_(keys), Thread.hidden_at.is_(None), talk_shown_to(self._circles))
        return {id: (title, f"/discussions/{id}") for id, title in self._session.execute(shown)}

    def _people(self, keys: list[str]) -> Mapping[str, tuple[str, str]]:
        joined = select(Person.id, Person.name, Profile.handle).join(Profile, Profile.person_id == Person.id)
        shown = joined.where(Person.id.in_(keys), known_to(self._circles))
        return {id: (name, f"/people/{handle}") for id, name, handle in self._session.execute(shown)}

    def _searches(self, keys: list[str]) -> Mapping[str, tuple[str, str]]:
        asked = {key: asked_of(key) for key in keys}
        slugs = {slug for one in asked.values() for slug in one.filters.get("organisation", ())}
        within = {slug for one in asked.values() for slug in one.filters.get("community", ())}
        known = Community.slug.in_(within) & found_by(self._circles)
        communities = {
            slug: name for slug, name, _id in self._rows(Community.slug, Community.name, Community.id, known)
        }
        names = Names(self._session, self._vocabulary, _FINDABLE, slugs, communities if within else {})
        found = {}
        for key, one in asked.items():
            parts = [f"“{one.text}”"] if one.text else []
            for facet, values in one.filters.items():
                parts.append(f"{_(FACET_WORDS[facet][0])}: {', '.join(names.of(facet, value) for value in values)}")
            parts += [_("from %(day)s", day=on(one.since))] if one.since else []
            parts += [_("until %(day)s", day=on(one.until))] if one.until else []
            found[key] = (" · ".join(parts) or _("everything"), f"/search?{key}")
        return found

    def _rows(self, *asked: Any) -> Iterable[tuple[str, str, str]]:
        *columns, condition = asked
        return [(row[0], row[1], row[2]) for row in self._session.execute(select(*columns).where(condition))]


_FINDABLE: Final = {
    **{"record": RECORDS, "community": COMMUNITIES, "thread": THREADS},
    **{"page": PAGES, "meeting": EVENTS, "person": PEOPLE},
}
"""Whose kinds have names that a filter of a search may hold."""

_READERS: Final[dict[str, Callable[[Labels, list[str]], Mapping[str, tuple[str, str]]]]] = {
    TOPIC: Labels._topics,
    ORGANISATION: Labels._organisations,
    COMMUNITY: Labels._communities,
    THREAD: Labels._threads,
    PERSON: Labels._people,
    SEARCH: Labels._searches,
}
