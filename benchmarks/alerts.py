"""The whole way of new documents to those who follow: from the database, by the matcher, to rows of deliveries.

    python -m benchmarks.alerts [--searches 10000] [--docs 2000] [--database URL] [--engine opensearch://…]

A hub in a folder of its own (SQLite, or the database that is named, which must be empty): 1,000 people with ten saved
searches each, of the kinds of benchmarks.saved_searches, and as many new documents. What is measured is
`hub.alerts.matching.match_new`, as the clock calls it.
"""

import argparse
import random
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from benchmarks.corpus import SEED, TYPES, Corpus
from hub.accounts.models import Person
from hub.alerts.matching import Followers, match_new
from hub.alerts.models import Delivery
from hub.config import read_settings
from hub.db import Database, new_id, now
from hub.index.engines import open_matcher
from hub.notices.following import DAILY, SEARCH, hash_of
from hub.notices.models import Follow
from hub.organisations.service import add_organisation
from hub.policy import COMMAND_LINE
from hub.readiness import upgrade
from hub.records.documents import RecordDocuments
from hub.records.models import RecordRow
from hub.search.expand import Expander
from hub.search.saved import SavedQueries
from hub.sources.models import Source
from hub.topics.service import Vocabulary, store_scheme
from tests.vocab.loaded import common

EACH = 10
"""Saved searches of one person."""

AT_ONCE = 500


def key_of(chance: random.Random, pair: tuple[str, str]) -> str:
    """The parameters of a saved search."""
    first, second = pair
    kind = chance.choice(("words",) * 6 + ("either", "filter", "phrase", "without"))
    words = {"either": f"{first} OR {second}", "phrase": f'"{first} {second}"', "without": f"{first} -{second}"}
    if kind == "filter":
        return urlencode({"q": first, "type": chance.choice(TYPES)})
    return urlencode({"q": words.get(kind, f"{first} {second}")})


def fill(session: Session, corpus: Corpus, searches: int) -> None:
    """The people with what they follow, and the documents, which are new."""
    chance = random.Random(SEED)
    organisation = add_organisation(session, actor=COMMAND_LINE, name="Northford", sector="council")
    source = Source(organisation_id=organisation.id, name="News", kind="feed", address="https://n.example/")
    session.add(source)
    people = [Person(id=new_id(), name=f"Person {number}") for number in range(max(1, searches // EACH))]
    session.add_all(people)
    session.flush()
    follows = [
        {
            **{"id": new_id(), "person_id": people[number % len(people)].id, "kind": SEARCH, "key": key, "name": ""},
            **{"hashed": hash_of(SEARCH, key), "frequency": DAILY, "quiet": False, "created": now()},
        }
        for number, key in enumerate(dict.fromkeys(key_of(chance, pair) for pair in corpus.pairs(searches)))
    ]
    write(session, Follow, follows)
    given = {"source_id": source.id, "organisation_id": organisation.id, "meta_hash": "", "text_hash": ""}
    records = [
        {
            **given,
            **{"id": new_id(), "native_id": one.id, "url": f"https://n.example/{one.id}", "title": one.title},
            **{"text": one.body, "language": "en", "type": one.type, "work_id": one.id, "published": one.published},
        }
        for one in corpus.documents()
    ]
    write(session, RecordRow, records)


def write(session: Session, table: type[Follow] | type[RecordRow], rows: Sequence[dict[str, object]]) -> None:
    """Write rows, so many at once."""
    for start in range(0, len(rows), AT_ONCE):
        session.execute(insert(table), rows[start : start + AT_ONCE])


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--searches", type=int, default=10_000)
    parser.add_argument("--docs", type=int, default=2_000)
    parser.add_argument("--database", default="")
    parser.add_argument("--engine", default="embedded:", help="embedded: (the usual), or opensearch://…")
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        settings = read_settings(data=Path(folder), database_url=given.database, search_url=given.engine)
        database = Database(settings.database)
        upgrade(database)
        with database.writing() as session:
            store_scheme(session, common())
            fill(session, Corpus(given.docs), given.searches)
        vocabulary = Vocabulary(database)
        queries = SavedQueries(vocabulary, Expander(vocabulary, settings.cache))
        followers, matcher = Followers(queries, vocabulary.scheme), open_matcher(settings)
        for how in ("the searches handed in as well", "as ever after"):
            with database.writing() as session:
                session.execute(delete(Delivery))
                session.execute(update(RecordRow).values(matched_at=None))
            began, used = time.perf_counter(), time.process_time()
            batch = match_new(database, matcher, RecordDocuments(vocabulary), [followers])
            took, worked = time.perf_counter() - began, time.process_time() - used
            with database.reading() as session:
                deliveries = session.scalar(select(func.count()).select_from(Delivery))
            print(
                f"{batch.searches:,} searches, {batch.records:,} documents, {how}: {took:.2f} s, "
                f"{worked:.2f} s of the processor; {deliveries:,} deliveries written"
            )
        database.close()


if __name__ == "__main__":
    main()
