"""Files of posts: which are taken, how they are kept, and taking them away. They are never opened by the hub."""

import hashlib
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from federation.record import clean_line
from hub.audit.service import note_act
from hub.communities.service import require_living
from hub.db import alone
from hub.errors import BadInput, Conflict
from hub.languages import gettext as _
from hub.talk.access import Place, lock, require_own
from hub.talk.models import Attachment, Post, StoredFile, Thread

LARGEST: Final = 5_000_000
"""Bytes of one file."""

MOST: Final = 3
"""Files of one post: together they are smaller than what the proxy of docs/settings.md lets through."""

_ZIP: Final = b"PK\x03\x04"
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_OPEN: Final = "application/vnd.oasis.opendocument"

TYPES: Final[dict[str, tuple[str, bytes]]] = {
    "pdf": ("application/pdf", b"%PDF-"),
    "docx": (f"{_OFFICE}.wordprocessingml.document", _ZIP),
    "xlsx": (f"{_OFFICE}.spreadsheetml.sheet", _ZIP),
    "pptx": (f"{_OFFICE}.presentationml.presentation", _ZIP),
    "odt": (f"{_OPEN}.text", _ZIP),
    "ods": (f"{_OPEN}.spreadsheet", _ZIP),
    "odp": (f"{_OPEN}.presentation", _ZIP),
    "png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    "jpg": ("image/jpeg", b"\xff\xd8\xff"),
    "jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    "webp": ("image/webp", b"RIFF"),
    "csv": ("text/csv", b""),
    "txt": ("text/plain", b""),
    "md": ("text/markdown", b""),
}
"""Ending of a name -> (its media type, how such a file begins; empty for text). Whatever else is not taken."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it was sent."""

    name: str
    data: bytes


def check_file(sent: Sent) -> tuple[str, str]:
    """(the name to keep, its media type). BadInput for what is too large, empty, or no file of a kind we take."""
    name = clean_line(sent.name.replace("\\", "/").rpartition("/")[2])[-200:]
    ending = name.rpartition(".")[2].lower()
    if "." not in name or ending not in TYPES:
        raise BadInput(_("Files of this kind are not taken. Send one of these: %(kinds)s.", kinds=kinds()), "file")
    if not sent.data:
        raise BadInput(_("The file is empty."), "file")
    if len(sent.data) > LARGEST:
        raise BadInput(_("The file is larger than %(num)s MB.", num=LARGEST // 1_000_000), "file")
    type, beginning = TYPES[ending]
    if not (sent.data.startswith(beginning) if beginning else _is_text(sent.data)):
        raise BadInput(_("The file is not what its name says. Save it again, and send that."), "file")
    return name, type


def kinds() -> str:
    """The endings of names that are taken, for people."""
    return ", ".join(TYPES)


def attach(session: Session, post: Post, thread: Thread, place: Place, sent: Sent) -> Attachment:
    """Keep a file with one's post. BadInput, Conflict."""
    require_own(place, post)
    require_living(place.community)
    if thread.closed_at is not None:
        raise Conflict(_("This discussion is closed: nothing can be added to it."))
    name, type = check_file(sent)
    lock(session, thread, post)
    if (session.scalar(select(func.count()).where(Attachment.post_id == post.id)) or 0) >= MOST:
        raise BadInput(_("A post has at most %(num)s files.", num=MOST), "file")
    hashed = hashlib.sha256(sent.data).hexdigest()
    alone(session, f"file {hashed}")
    if session.get(StoredFile, hashed) is None:
        session.add(StoredFile(hashed=hashed, content=sent.data, size=len(sent.data)))
        session.flush()
    row = Attachment(post_id=post.id, hashed=hashed, name=name, type=type, size=len(sent.data))
    session.add(row)
    session.flush()
    note_act(session, actor=place.actor, action="attach file", thing=f"post {post.id}", hashed=hashed, size=row.size)
    return row


def remove(session: Session, file: Attachment, post: Post, place: Place) -> None:
    """Take a file of one's post away."""
    require_own(place, post)
    require_living(place.community)
    note_act(session, actor=place.actor, action="remove file", thing=f"post {post.id}", hashed=file.hashed)
    session.delete(file)
    drop_unused(session)


def files_of(session: Session, post_ids: list[str]) -> dict[str, list[Attachment]]:
    """The files of these posts, the oldest first."""
    found: dict[str, list[Attachment]] = {}
    for row in session.scalars(select(Attachment).where(Attachment.post_id.in_(post_ids)).order_by(Attachment.id)):
        found.setdefault(row.post_id, []).append(row)
    return found


def content_of(session: Session, file: Attachment) -> bytes:
    """Its bytes."""
    return session.scalars(select(StoredFile.content).where(StoredFile.hashed == file.hashed)).one()


def drop_unused(session: Session) -> None:
    """Forget the bytes that belong to no post any more."""
    session.flush()
    used = select(Attachment.id).where(Attachment.hashed == StoredFile.hashed).exists()
    session.execute(delete(StoredFile).where(~used), execution_options={"synchronize_session": False})


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            return False
    return "\0" not in text
