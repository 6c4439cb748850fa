"""The first documents of a source as they will look in search, made by the same calls as a check, nothing stored."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from federation.record import Record, text_hash
from harvesters.base import Page, Problem, Tools
from harvesters.errors import HarvestError
from harvesters.kinds import KINDS
from harvesters.run import harvest
from hub.languages import gettext as _
from hub.languages import language
from hub.organisations.models import Organisation
from hub.records.blocks import place_of, spellings, withheld
from hub.records.cards import Card, Publisher, Topic, day_of, licence_name, why_check
from hub.records.figures import FOR_ALL
from hub.records.keeping import Defaults, Enriched, fill, published_at
from hub.records.models import RecordRow
from hub.sources.categories import with_categories
from hub.sources.harvest import enrich
from hub.sources.models import Source
from hub.sources.problems import problems_of_withheld
from hub.words import on
from vocab.scheme import Scheme

SIZE: Final = 10
MOST_CATEGORIES: Final = 40


@dataclass(frozen=True, slots=True)
class Sampled:
    """One document of a sample."""

    record: Record
    enriched: Enriched


@dataclass(frozen=True, slots=True)
class Sample:
    """The first documents of a source, every problem met on the way, and whether the time ran out."""

    found: tuple[Sampled, ...]
    problems: tuple[Problem, ...]
    cut: bool = False

    @property
    def categories(self) -> dict[str, int]:
        """{the publisher's own word: how many of the documents have it}, those of most documents first."""
        counts = Counter(subject for one in self.found for subject in dict.fromkeys(one.record.subjects))
        ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0].casefold()))
        return dict(ordered[:MOST_CATEGORIES])


@dataclass(frozen=True, slots=True)
class Previewed:
    """One record as it would look in search, in plain values for a terminal and for programs."""

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


@dataclass(frozen=True, slots=True)
class Looks:
    """How one document will look: its card, where it is read, the lines under its title, what it has of a text."""

    card: Card
    address: str
    extract: str
    words: int


def sample(
    kind: str, address: str, tools: Tools, categories: Mapping[str, str] | None = None, size: int = SIZE
) -> Sample:
    """The first `size` records by the same call as a real check. HarvestError where the list cannot be had at all."""
    found: list[Sampled] = []
    problems: list[Problem] = []
    try:
        for page in harvest(KINDS[kind], address, {}, lambda ids: {}, tools):
            problems.extend(page.problems)
            found += _sampled(page, size - len(found), tools, categories or {})
            if len(found) >= size:
                break
    except HarvestError as error:
        if not found:
            raise
        problems.append(error.problem)
    cut = any(one.code == "out-of-time" for one in problems)
    return Sample(tuple(found), tuple(one for one in problems if one.code != "out-of-time"), cut)


def without_taken_down(session: Session, seen: Sample, source_id: str = "") -> Sample:
    """The same without what was taken down or is hidden: no check would take it, and nobody is to read it here."""
    why = withheld(session, source_id, [(one.record, text_hash(one.record)) for one in seen.found])
    found = tuple(one for one in seen.found if one.record.native_id not in why)
    return replace(seen, found=found, problems=(*seen.problems, *problems_of_withheld(why)))


def _sampled(page: Page, wanted: int, tools: Tools, categories: Mapping[str, str]) -> list[Sampled]:
    fresh = list(islice((change.record for change in page.changes if change.record), wanted))
    return [
        Sampled(record, with_categories(more, record.subjects, categories))
        for record, more in zip(fresh, enrich(tools.sandbox, fresh), strict=True)
    ]


def preview(seen: Sample, topic_names: Mapping[str, str]) -> Preview:
    """The same as plain values."""
    return Preview(tuple(_previewed(one, topic_names) for one in seen.found), seen.problems)


def _previewed(one: Sampled, topic_names: Mapping[str, str]) -> Previewed:
    record, tags = one.record, one.enriched.tags
    date = published_at(record.issued, record.modified)
    return Previewed(
        title=record.title,
        summary=record.summary or record.text[:200],
        url=record.url,
        language=one.enriched.language or record.language,
        type=record.type or "other",
        published=date.date().isoformat() if date else "",
        licence=record.licence.uri or record.licence.text,
        words=len(record.text.split()),
        topics=tuple(topic_names.get(tag["concept"], tag["concept"]) for tag in tags),
    )


def looks_of(one: Sampled, publisher: Publisher, defaults: Defaults, scheme: Scheme) -> Looks:
    """The document as search will show it once it is stored with these defaults: filled by the same function."""
    row = RecordRow()
    fill(row, one.record, defaults, one.enriched)
    tags = sorted(one.enriched.tags, key=lambda tag: (-float(tag["score"]), str(tag["concept"])))
    concepts = [concept for tag in tags if (concept := scheme.concepts.get(str(tag["concept"])))]
    card = Card(
        id="",
        title=row.title,
        summary=row.summary,
        publisher=publisher,
        type=row.type,
        language=row.language,
        published=day_of(row.published),
        licence=licence_name(row.licence_uri, row.licence_text),
        licensed=bool(row.licence_uri or row.licence_text),
        topics=tuple(Topic(concept.notation, concept.pref(language())) for concept in concepts),
        check=why_check(row),
        also=0,
    )
    return Looks(card, row.url, row.summary or row.text[:220], len(row.text.split()))


def figures_of(seen: Sample, looks: Sequence[Looks]) -> list[tuple[str, str]]:
    """(what is counted, how many of the sample) for people: what a publisher would want to mend first."""
    languages = Counter(one.card.language_name or _("not known") for one in looks)
    licensed = sum(bool(one.record.licence.uri or one.record.licence.text) for one in seen.found)
    dated = [one.card.published for one in looks if one.card.published]

    def of(number: int) -> str:
        return _("%(num)s of %(all)s", num=number, all=len(looks))

    return [
        (_("Languages"), ", ".join(f"{name} {count}" for name, count in languages.most_common())),
        (_("State a licence"), of(licensed)),
        (_("State a date"), of(len(dated)) + (_(", up to %(day)s", day=on(max(dated))) if dated else "")),
        (_("With text"), of(sum(bool(one.words) for one in looks))),
        (_("With topics"), of(sum(bool(one.card.topics) for one in looks))),
    ]


def held_elsewhere(session: Session, sampled: Sequence[Sampled], source_id: str = "") -> list[tuple[str, str, int]]:
    """(source, its organisation, how many): where else the same addresses come from already, for everybody to see."""
    addresses = {spelling for one in sampled for spelling in spellings(place_of(one.record.url)) if one.record.url}
    if not addresses:
        return []
    rows = session.execute(
        select(Source.name, Organisation.name, func.count())
        .join(RecordRow, RecordRow.source_id == Source.id)
        .join(Organisation, Organisation.id == Source.organisation_id)
        .where(RecordRow.url.in_(addresses), FOR_ALL, Source.id != source_id)
        .group_by(Source.id, Source.name, Organisation.name)
        .order_by(func.count().desc(), Organisation.name, Source.name)
    )
    return [(source, organisation, count) for source, organisation, count in rows]
