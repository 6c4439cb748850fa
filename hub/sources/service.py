"""Sources: registering, previewing, pausing, and what a person decides about a held check."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from federation.record import Record
from harvesters.base import Problem, Tools
from harvesters.kinds import KINDS
from harvesters.run import harvest
from hub.audit.service import note_act
from hub.db import alone, locking, now, require_storable
from hub.errors import BadInput, Conflict, NotFound
from hub.organisations.models import Organisation
from hub.policy import Actor
from hub.records.keeping import Enriched, published_at, take_back
from hub.sources.harvest import defaults_of, enrich
from hub.sources.models import LONGEST_ADDRESS, Run, Source

SHORTEST_INTERVAL = 60
LONGEST_INTERVAL = 366 * 86400


@dataclass(frozen=True, slots=True)
class Previewed:
    """One record as it would look in search, before anything is stored."""

    title: str
    summary: str
    url: str
    language: str
    type: str
    published: str
    licence: str
    words: int
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """The first records of a source, and every problem met on the way."""

    records: tuple[Previewed, ...]
    problems: tuple[Problem, ...]


def add_source(
    session: Session,
    *,
    actor: Actor,
    organisation: Organisation,
    kind: str,
    address: str,
    name: str = "",
    language: str = "",
    type: str = "",
    licence_uri: str = "",
    contact: str = "",
    interval: int = 3600,
) -> Source:
    """Register an address; its first check is due at once. BadInput or Conflict say what is wrong with which field."""
    check_address(kind, address)
    if interval < SHORTEST_INTERVAL:
        raise BadInput(f"The shortest time between two checks is {SHORTEST_INTERVAL} seconds.", "interval")
    if interval > LONGEST_INTERVAL:
        raise BadInput(f"The longest time between two checks is {LONGEST_INTERVAL} seconds, a year.", "interval")
    name = name.strip() or f"{organisation.name[:150]}: {KINDS[kind].words}"
    given = {"name": name, "language": language, "type": type, "licence_uri": licence_uri, "contact": contact}
    require_storable(Source, given)
    alone(session, f"source {kind} {address}")
    there = session.scalar(select(Source).where(Source.kind == kind, Source.address == address))
    if there is not None:
        raise Conflict(f"{address} is registered already, as “{there.name}” ({there.id}).")
    source = Source(
        organisation_id=organisation.id,
        name=name,
        kind=kind,
        address=address,
        language=language,
        type=type,
        licence_uri=licence_uri or organisation.licence_uri,
        contact=contact,
        interval=interval,
        next_due=now(),
    )
    session.add(source)
    session.flush()
    note_act(session, actor=actor, action="add source", thing=f"source {source.id}", address=address, kind=kind)
    return source


def check_address(kind: str, address: str) -> None:
    """BadInput when the kind or the address cannot be."""
    if kind not in KINDS:
        raise BadInput(f"There is no kind of source {kind!r}. Use one of: {', '.join(KINDS)}.", "kind")
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadInput(f"{address} is not a web address. Give it whole, beginning with https://.", "address")
    require_storable(Source, {"address": address})
    if len(address.encode()) > LONGEST_ADDRESS:
        raise BadInput(f"The address is too long: at most {LONGEST_ADDRESS} bytes can be kept.", "address")


def find_source(session: Session, key: str) -> Source:
    """The source with this id, or whose name, address or beginning of the id is `key`, if there is only one."""
    row = session.get(Source, key)
    if row is not None:
        return row
    found = list(
        session.scalars(
            select(Source)
            .where(
                (func.lower(Source.name) == key.lower())
                | (Source.address == key)
                | Source.id.startswith(key.lower(), autoescape=True)
            )
            .limit(2)
        )
    )
    if len(found) != 1:
        raise NotFound(f"There is no source “{key}”. `moothall source list` shows those there are.")
    return found[0]


def preview(kind: str, address: str, tools: Tools, topic_names: Mapping[str, str], size: int = 10) -> Preview:
    """The first `size` records by the same call as a real check, with nothing stored."""
    check_address(kind, address)
    found: list[Previewed] = []
    problems: list[Problem] = []
    for page in harvest(KINDS[kind], address, {}, lambda ids: {}, tools):
        problems.extend(page.problems)
        fresh = [change.record for change in islice(page.changes, size * 2) if change.record][: size - len(found)]
        for record, more in zip(fresh, enrich(tools.sandbox, fresh), strict=True):
            date = published_at(record.issued, record.modified)
            found.append(
                Previewed(
                    title=record.title,
                    summary=record.summary or record.text[:200],
                    url=record.url,
                    language=more.language or record.language,
                    type=record.type or "other",
                    published=date.date().isoformat() if date else "",
                    licence=record.licence.uri or record.licence.text,
                    words=len(record.text.split()),
                    topics=tuple(topic_names.get(tag["concept"], tag["concept"]) for tag in more.tags),
                )
            )
        if len(found) >= size:
            break
    return Preview(tuple(found), tuple(problems))


def pause(session: Session, source: Source, *, actor: Actor, paused: bool) -> None:
    """Stop checking the source by the clock, or go on; what is stored stays findable."""
    source.paused = paused
    if not paused:
        source.next_due = now()
    note_act(session, actor=actor, action="pause source" if paused else "resume source", thing=f"source {source.id}")


def accept_held(session: Session, run: Run, *, actor: Actor) -> None:
    """A person says that the site really changed: the run goes on from where it was held."""
    _require_held(session, run)
    run.accepted, run.state, run.ended, run.attempts = True, "queued", None, 0
    note_act(session, actor=actor, action="accept held check", thing=f"run {run.id}", why=run.held.get("why", ""))


def refuse_held(session: Session, run: Run, *, actor: Actor, tools: Tools) -> int:
    """A person says that the site had a fault: what this run replaced or withdrew returns. Says how many."""
    _require_held(session, run)
    source = session.get_one(Source, run.source_id)

    def again(record: Record) -> Enriched:
        return enrich(tools.sandbox, [record])[0]

    restored = take_back(session, run_id=run.id, defaults=defaults_of(source), enrich=again)
    run.state, run.message = "cancelled", "A person refused what this check found; the former versions are back."
    source.next_due = now()
    note_act(session, actor=actor, action="refuse held check", thing=f"run {run.id}", restored=restored)
    return restored


def _require_held(session: Session, run: Run) -> None:
    session.scalar(locking(select(Run).where(Run.id == run.id)))
    if run.state != "held":
        raise Conflict("This check is not held any more. Load its page again to see its state.")
