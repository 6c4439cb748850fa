"""The digest of a hub: what it knows, without ids and times, so that two ways to one state can be compared."""

import hashlib
import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.records.models import RecordRow, Tag
from hub.sources.models import Source


def digest_of(session: Session) -> str:
    """SHA-256 over the sorted (source, native_id, version, text_hash, deleted, topics) (foundations.md §11)."""
    topics: dict[str, list[str]] = {}
    for record_id, uri in session.execute(select(Tag.record_id, Tag.concept_uri)):
        topics.setdefault(record_id, []).append(uri)
    rows = session.execute(
        select(
            Source.name,
            RecordRow.native_id,
            RecordRow.version,
            RecordRow.text_hash,
            RecordRow.withdrawn_at,
            RecordRow.id,
        ).join(Source, Source.id == RecordRow.source_id)
    )
    lines = sorted(
        json.dumps([source, native_id, version, text, withdrawn is not None, sorted(topics.get(id, ()))])
        for source, native_id, version, text, withdrawn, id in rows
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
