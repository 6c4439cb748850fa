"""The record page: what it is, whom to ask, what it is about and why we think so, and how it changed."""

import zlib
from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, Response, render_template
from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session, undefer

from federation.record import to_json
from hub.errors import Gone, IndexUnavailable, NotFound
from hub.index.likeness import Likeness
from hub.languages import gettext as _
from hub.library.shown import facilitates_any, holding
from hub.organisations.models import Organisation
from hub.people.access import handles_of
from hub.policy import audiences, can
from hub.records.audiences import shown_to
from hub.records.blocks import why_kept_out
from hub.records.cards import STAGE_NAMES, cards, licence_name, licence_use, why_check
from hub.records.decisions import HIDE
from hub.records.figures import FOR_ALL
from hub.records.models import RecordRow, RecordVersion, Tag
from hub.records.rows import contract_of
from hub.sources.models import WRITTEN, Source
from hub.topics.service import Vocabulary
from hub.web import actor, database, part, policy, require
from hub.worddiff import difference
from hub.writing.note_reading import shown
from hub.writing.notes import CHOSEN
from hub.writing.solved import thread_of
from hub.writing.words import parts_of
from vocab.scheme import Scheme

SHOWN = 4000
"""Characters of the text that the page shows; the whole is read at its publisher's."""

SIMILAR = 3

blueprint = Blueprint("record", __name__)


@blueprint.get("/records/<id>")
@policy("read")
def record(id: str) -> Any:
    """The page; a withdrawn record keeps its address and says what happened (410)."""
    scheme = part("vocabulary").scheme
    with database().reading() as session:
        row, organisation, source = _find(session, id)
        decided = why_kept_out(session, id) if row.withdrawn_at else ""
        if decided or (row.withdrawn_at and not row.title):
            return render_template("record/kept_out.html", decided=decided, HIDE=HIDE), 410
        if row.withdrawn_at:
            return render_template("record/withdrawn.html", row=row, organisation=organisation), 410
        copies = _copies(session, row)
        similar = _similar(row, copies)
        note = shown(session, id, actor=actor()) if source.kind == WRITTEN else None
        found = cards(session, [id, *copies, *similar], scheme, audiences(actor()))
        seen = {card.id: card for card in found if card.id == id or not card.restricted}
        return render_template(
            "record/record.html",
            row=row,
            organisation=organisation,
            source=source,
            card=seen[id],
            text=_shown(row) if row.licence_uri or row.licence_text else "",
            cut=len(row.text) > SHOWN,
            licence=licence_name(row.licence_uri, row.licence_text),
            use=licence_use(row.licence_uri),
            check=why_check(row),
            may_moderate=can(actor(), "moderate"),
            libraries=holding(session, id, audiences(actor())),
            may_pin=facilitates_any(actor()),
            may_see_raw=can(actor(), "see raw items", row),
            tags=_tags(session, id, scheme),
            versions=_versions(session, id),
            copies=[seen[one] for one in copies if one in seen],
            similar=[seen[one] for one in similar if one in seen],
            note=note,
            handles=handles_of(session, actor(), [one.person_id for one in note.authors] if note else []),
            thread=thread_of(session, note.note, actor=actor()) if note else None,
            parts=parts_of(note.words) if note else [],
            stage=_(STAGE_NAMES[row.stage]) if row.stage in STAGE_NAMES else "",
        )


def _require_kept(session: Session, row: RecordRow) -> None:
    """Gone for a record that is not shown because somebody decided so."""
    if row.withdrawn_at and why_kept_out(session, row.id):
        raise Gone(_("This document is not shown here."))


def _shown(row: RecordRow) -> str:
    """The beginning of the text, without the summary that many sites begin it with: that stands above it already."""
    return row.text.removeprefix(row.summary).lstrip()[:SHOWN]


@blueprint.get("/records/<id>/versions")
@policy("read")
def versions(id: str) -> str:
    """Every version, and what each changed, word by word."""
    with database().reading() as session:
        row, organisation, source = _find(session, id)
        _require_kept(session, row)
        if row.withdrawn_at:
            raise NotFound(_("This document was withdrawn by its publisher, so its versions are not shown."))
        old = _versions(session, id)
        states = [(version.version, version.harvested, version.meta["title"], version.text) for version in old]
        states.insert(0, (row.version, row.harvested, row.title, row.text))
        licensed = bool(row.licence_uri or row.licence_text)
        changes = [
            (new, difference(f"{before[2]}\n{before[3]}", f"{new[2]}\n{new[3]}") if licensed else [])
            for new, before in zip(states, states[1:], strict=False)
        ]
        return render_template(
            "record/versions.html",
            row=row,
            organisation=organisation,
            changes=changes,
            first=states[-1],
            licensed=licensed,
            written=source.kind == WRITTEN,
        )


@blueprint.get("/records/<id>/raw")
@policy("see raw items")
def raw(id: str) -> Response:
    """The item as it came, as plain text: for finding out why a record looks as it does."""
    with database().reading() as session:
        row, *_more = _find(session, id)
        require("see raw items", row)
        _require_kept(session, row)
        body = zlib.decompress(row.raw) if row.raw else _("Nothing was kept of this item.").encode()
    return Response(body.decode("utf-8", "replace"), mimetype="text/plain")


# The statements of the page, put together once: making them anew would cost more than asking.
_IS: Final[BindParameter[str]] = bindparam("id")
_FOUND: Final = (
    select(RecordRow, Organisation, Source)
    .join(Organisation, Organisation.id == RecordRow.organisation_id)
    .join(Source, Source.id == RecordRow.source_id)
    .where(RecordRow.id == _IS)
    .options(undefer(RecordRow.text))
)
_PUBLIC: Final = _FOUND.where(shown_to(()))
_TAGS: Final = (
    select(Tag).where(Tag.record_id == _IS, Tag.state != "rejected").order_by(Tag.score.desc(), Tag.concept_uri)
)
_VERSIONS: Final = select(RecordVersion).where(RecordVersion.record_id == _IS).order_by(RecordVersion.version.desc())
_COPIES: Final = (
    select(RecordRow.id).where(RecordRow.work_id == bindparam("work"), RecordRow.id != _IS, FOR_ALL).limit(5)
)


def _find(session: Session, id: str) -> tuple[RecordRow, Organisation, Source]:
    """NotFound also where whoever asks may not see it: of a record that they may not see the database reads nothing."""
    allowed = audiences(actor())
    found = session.execute(_FOUND.where(shown_to(allowed)) if allowed else _PUBLIC, {"id": id}).first()
    if found is None or not can(actor(), "read", found[0]):
        raise NotFound(_("There is no such document here. It may never have been, or the address has a slip in it."))
    return found[0], found[1], found[2]


def _tags(session: Session, id: str, scheme: Scheme) -> list[dict[str, Any]]:
    """The record's topics with why, best first."""
    found = []
    for tag in session.scalars(_TAGS, {"id": id}):
        if concept := scheme.concepts.get(tag.concept_uri):
            broader = [scheme.concepts[uri] for uri in concept.broader if uri in scheme.concepts]
            chosen = any(one["place"] == CHOSEN for one in tag.reasons)
            state = "confirmed" if chosen else tag.state
            found.append({"concept": concept, "state": state, "reasons": tag.reasons[:3], "broader": broader})
    return found


def _versions(session: Session, id: str) -> list[RecordVersion]:
    return list(session.scalars(_VERSIONS, {"id": id}))


def _copies(session: Session, row: RecordRow) -> list[str]:
    """The same text, published by others."""
    return list(session.scalars(_COPIES, {"work": row.work_id, "id": row.id}))


def _similar(row: RecordRow, copies: Sequence[str]) -> list[str]:
    """Similar work of other organisations; nothing while the index is away, the rest of the page stands.

    Nothing for a restricted record: the index of what is public does not know it.
    """
    if row.audience is not None:
        return []
    likeness: Likeness = part("likeness")
    try:
        near = likeness.near(row.id, row.version, SIMILAR + len(copies))
    except IndexUnavailable:
        return []
    return [one for one in near if one not in copies][:SIMILAR]


@blueprint.get("/records/<id>.json")
@policy("read")
def as_json(id: str) -> Any:
    """The record for machines: the contract's fields; the text only under a licence."""
    vocabulary: Vocabulary = part("vocabulary")
    with database().reading() as session:
        row, organisation, _source = _find(session, id)
        if row.withdrawn_at:
            return {"id": row.id, "deleted": row.withdrawn_reason}, 410
        value = dict(_plain(row))
        value["organisation"] = organisation.slug
        value["topics"] = [tag["concept"].uri for tag in _tags(session, id, vocabulary.scheme)]
        return value


def _plain(row: RecordRow) -> dict[str, Any]:
    value = to_json(contract_of(row))
    if not (row.licence_uri or row.licence_text):
        value["text"] = ""
    return {"id": row.id, "version": row.version, **value}
