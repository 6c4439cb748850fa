"""What people did for libraries: to be told to them, and to stay without their name."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.communities.models import Community
from hub.library.models import LibraryItem, LibrarySearch
from hub.records.models import RecordRow


def export_person(session: Session, person_id: str) -> dict[str, list[dict[str, Any]]]:
    """What they pinned and rejected, with their notes, and the searches that they added."""
    items = (
        select(LibraryItem, Community.name, RecordRow.title)
        .join(Community, Community.id == LibraryItem.community_id)
        .join(RecordRow, RecordRow.id == LibraryItem.record_id)
        .where(LibraryItem.by_id == person_id)
        .order_by(LibraryItem.decided_at)
    )
    searches = select(LibrarySearch, Community.name).join(Community).where(LibrarySearch.by_id == person_id)
    return {
        "documents_in_libraries": [
            {"community": name, "document": title, "state": item.state, "note": item.note, "at": item.decided_at}
            for item, name, title in session.execute(items)
        ],
        "searches_of_libraries": [
            {"community": name, "name": row.name, "search": row.asked, "added": row.created}
            for row, name in session.execute(searches.order_by(LibrarySearch.created))
        ],
    }


def forget_person(session: Session, person_id: str, also_written: bool = False) -> None:
    """Pins and searches stay, as they are the community's; with `also_written` their notes go."""
    theirs = update(LibraryItem).where(LibraryItem.by_id == person_id)
    session.execute(theirs.values({"by_id": None} | ({"note": ""} if also_written else {})))
    session.execute(update(LibrarySearch).where(LibrarySearch.by_id == person_id).values(by_id=None))
