"""Between the contract (federation/record.py) and its rows: one function each way."""

from sqlalchemy.orm import object_session

from federation.record import File, Hop, Licence, Record, from_json, to_json
from hub.records.models import RecordRow, RecordVersion


def contract_of(row: RecordRow) -> Record:
    """The record as its row shows it (with the source's defaults filled in)."""
    assert object_session(row) is not None, "the text of a row is read from the database"
    return Record(
        native_id=row.native_id,
        url=row.url,
        datestamp=row.datestamp,
        deleted=row.withdrawn_reason if row.withdrawn_at else None,
        title=row.title,
        summary=row.summary,
        text=row.text,
        language=row.language,
        type=row.type,
        creators=tuple(row.creators),
        contact=row.contact,
        issued=row.issued,
        modified=row.modified,
        valid_until=row.valid_until,
        review_by=row.review_by,
        licence=Licence(row.licence_uri, row.licence_text, row.licence_basis),  # type: ignore[arg-type]
        rights=row.rights,
        sets=tuple(row.sets),
        subjects=tuple(row.subjects),
        files=tuple(File(**one) for one in row.files),
        hops=tuple(Hop(**one) for one in row.hops),
        outcome=row.outcome,
        stage=row.stage,
    )


def version_of(row: RecordRow, run_id: str) -> RecordVersion:
    """The row's present state as a version that `run_id` is about to replace."""
    meta = to_json(contract_of(row))
    meta.pop("text")
    meta["deleted"] = None
    return RecordVersion(
        record_id=row.id,
        version=row.version,
        meta=meta,
        text=row.text,
        meta_hash=row.meta_hash,
        text_hash=row.text_hash,
        validators=row.validators,
        harvested=row.harvested,
        replaced_by_run=run_id,
    )


def record_of(version: RecordVersion) -> Record:
    """The record as that version held it."""
    return from_json({**version.meta, "text": version.text})
