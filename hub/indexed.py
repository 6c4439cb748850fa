"""All that the index holds, by document type: how each is read from the database, and how it is shown."""

from typing import Final

from hub import tables
from hub.accounts.announcing import DOCUMENT as PERSON
from hub.communities.documents import FINDABLE as COMMUNITIES
from hub.communities.documents import CommunityDocuments
from hub.communities.service import DOCUMENT as COMMUNITY
from hub.events.documents import FINDABLE as EVENTS
from hub.events.documents import EventDocuments
from hub.events.service import DOCUMENT as EVENT
from hub.index.worker import Documents
from hub.people.documents import FINDABLE as PEOPLE
from hub.people.documents import PersonDocuments
from hub.records.documents import RecordDocuments
from hub.records.service import DOCUMENT
from hub.search.findable import Findable
from hub.search.records import RECORDS
from hub.talk.documents import FINDABLE as THREADS
from hub.talk.documents import ThreadDocuments
from hub.talk.service import DOCUMENT as THREAD
from hub.topics.service import Vocabulary
from hub.writing.wiki import DOCUMENT as PAGE
from hub.writing.wiki_documents import FINDABLE as PAGES
from hub.writing.wiki_documents import PageDocuments

assert tables.TABLES, "every table is known before a document is read"


def documents_of(vocabulary: Vocabulary) -> dict[str, Documents]:
    """Everything that the index holds, by document type."""
    return {
        DOCUMENT: RecordDocuments(vocabulary),
        COMMUNITY: CommunityDocuments(vocabulary),
        THREAD: ThreadDocuments(vocabulary),
        PAGE: PageDocuments(vocabulary),
        EVENT: EventDocuments(vocabulary),
        PERSON: PersonDocuments(vocabulary),
    }


FINDABLE: Final[dict[str, Findable]] = {
    DOCUMENT: RECORDS,
    COMMUNITY: COMMUNITIES,
    THREAD: THREADS,
    PAGE: PAGES,
    EVENT: EVENTS,
    PERSON: PEOPLE,
}
"""How what the index holds is shown, by document type."""
