"""The contract of saved searches: new documents find the searches that would find them."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from hub.index.base import PUBLIC, START, Clause, Document, Expansion, IndexReader, IndexWriter, Query, SavedMatcher
from hub.search.parse import parse
from tests.contract.engines import DIFFERENCES, Engine, document, ids, query
from tests.contract.test_index import odd_queries
from tests.quality.judged import DOCUMENTS, OWN


@pytest.fixture
def matcher(engine: Engine) -> SavedMatcher:
    return engine.matcher()


Searches = dict[str, Query]
DATED = datetime(2026, 5, 5, 23, 59, tzinfo=UTC)
CARE = Expansion(
    "CARE.1",
    (("nl", "thuiszorg", 1.0), ("sv", "hemtjänst", 1.0), ("cy", "gofal cartref", 0.7), ("en", "domiciliary", 0.3)),
    ("home", "care"),
)
VARIED = (
    document("en", "Home care for older people", "We inspected homes in three communities.", topics=("CARE.1",)),
    document("nl", "Thuiszorg voor ouderen", "De gemeenten bieden hulp bij het wonen.", "nl", topics_tree=("CARE",)),
    document("sv", "Ny hemtjänst", "Åtgärder i äldre städer.", "sv", published=DATED),
    document("de", "Die Häuser an der Straße", "werden geprüft", "de", organisation="eastmere"),
    document("cy", "Gofal yn y cartref", "Mae gynghorau yn rhoi ofal", "cy", lemmas="cyngor gofal cartref"),
    document("fr", "Les déchets ménagers", "à Orléans", "fr", sector="fire", type="news"),
    document("alt", "Domiciliary support", "The council's four-day week", keywords=("rota",)),
    document("tag", "Report", labels=("Home care", "Thuiszorg"), topics=("CARE.1",), topics_tree=("CARE", "CARE.1")),
    document("odd", "Damp ﬁre <b> 词", "a_b x İ ß é 😀 1.5", published=datetime(1, 1, 1, tzinfo=UTC), source="s1"),
    document("the", "The other", published=datetime(2026, 5, 6, tzinfo=UTC)),
)


def phrase(text: str, excluded: bool = False) -> Clause:
    return Clause(text, phrase=True, excluded=excluded)


SEARCHES = {
    "everything": query(),
    "a stem": query("homes"),
    "a word of another language": query("atgarder"),
    "Dutch": query("gemeente"),
    "German": query("strasse"),
    "Welsh": query("cynghorau"),
    "its very form": query("gynghorau"),
    "no analysis": query("dechets"),
    "two words": query("home", "care"),
    "two words, one unknown": query("home", "zebra"),
    "one of two": query("home", "zebra", any_word=True),
    "little words": query("how", "to", "the", "home"),
    "little words alone": query("the"),
    "little words, one of two": query("the", "home", any_word=True),
    "a label": query("thuiszorg"),
    "no labels": query("thuiszorg", labels=False),
    "an expansion": query("home", "care", expansions=(CARE,)),
    "an expansion and a word": query("home", "care", "ouderen", expansions=(CARE,)),
    "an expansion, one of two": query("home", "care", "zebra", expansions=(CARE,), any_word=True),
    "a phrase": query(phrase("four day week")),
    "a phrase in another order": query(phrase("week four day")),
    "a hyphen": query("four-day"),
    "a possessive": query("council\u2019s"),
    "without": query("home", Clause("communities", excluded=True)),
    "without a phrase": query(phrase("four day", excluded=True)),
    "without only": query(Clause("home", excluded=True)),
    "without a label": query("report", Clause("thuiszorg", excluded=True)),
    "either": query(Clause("zebra", alternatives=(phrase("home care"), Clause("week")))),
    "twice": query("home", "home"),
    "a keyword": query("rota"),
    "no letters": query("&", "..."),
    "too long": query("x" * 100),
    "nothing": query("zebra"),
    "a filter": query(filters={"sector": ("fire",)}),
    "two filters": query("home", filters={"type": ("report", "news"), "organisation": ("northford",)}),
    "a topic above": query(filters={"topic": ("CARE",)}),
    "a language": query(filters={"language": ("cy", "sv")}),
    "a source": query(filters={"source": ("s1",)}),
    "a filter for nothing": query(filters={"type": ("zebra",)}),
    "an empty filter": query(filters={"type": ()}),
    "since": query(since=date(2026, 5, 6)),
    "until": query(until=date(2026, 5, 5)),
    "one day": query(since=date(2026, 5, 5), until=date(2026, 5, 5)),
    "words, filter and day": query("hemtjanst", filters={"language": ("sv",)}, since=date(2026, 5, 5)),
    "a page": query("home", page=7, size=1, sort="newest", facets=()),
    "a list": query("home", after=START),
    "odd letters": query("İ", "ß"),
    "marks": query("<b>"),
}


def expected(
    reader: IndexReader, documents: Sequence[Document], searches: dict[str, Query]
) -> dict[str, tuple[str, ...]]:
    """What the reader itself finds of these documents, which are indexed."""
    found = {}
    for name, asked in searches.items():
        hits = set(ids(reader.search(replace(asked, after="", page=1, size=1000))))
        matched = tuple(one.id for one in documents if one.id in hits)
        if matched:
            found[name] = matched
    return found


class TestFinding:
    def test_saved_searches_find_what_searches_find(
        self, writer: IndexWriter, reader: IndexReader, matcher: SavedMatcher
    ) -> None:
        writer.apply(VARIED, {})
        found = expected(reader, VARIED, SEARCHES)
        matched = matcher.match(VARIED, SEARCHES)
        assert matched.found == found
        assert list(matched.found) == list(found), "in the order of the searches"
        assert matched.refused == ()
        assert found["everything"] == tuple(one.id for one in VARIED)
        assert {"Welsh", "Dutch", "an expansion", "without only", "one day", "a list"} <= found.keys()

    def test_each_document_alone_is_found_by_the_same(
        self, writer: IndexWriter, reader: IndexReader, matcher: SavedMatcher
    ) -> None:
        """What else is in the index, or among the new documents, makes no difference."""
        writer.apply(VARIED, {})
        whole = expected(reader, VARIED, SEARCHES)
        for one in VARIED:
            found = matcher.match([one], SEARCHES).found
            assert found == {name: (one.id,) for name, matched in whole.items() if one.id in matched}

    def test_the_judged_searches(self, writer: IndexWriter, reader: IndexReader, matcher: SavedMatcher) -> None:
        documents = [document(id, title, body, id[-2:], organisation=id) for id, title, body in DOCUMENTS]
        writer.apply(documents, {})
        searches = {
            f"{words} {any_word}": Query(rights=PUBLIC, clauses=parse(words), any_word=any_word)
            for words in dict(OWN)
            for any_word in (False, True)
        }
        assert matcher.match(documents, searches).found == expected(reader, documents, searches)

    def test_odd_searches_spoil_nothing(self, writer: IndexWriter, reader: IndexReader, matcher: SavedMatcher) -> None:
        documents = [document("1", "Damp ﬁre <b> 词 д", "a_b x İ ß é 😀 damp")]
        writer.apply(documents, {})
        searches = {str(number): asked for number, asked in enumerate(odd_queries())}
        matched = matcher.match(documents, searches)
        whole = expected(reader, documents, searches)
        refused = {one.id for one in matched.refused}
        assert matched.found == {name: found for name, found in whole.items() if name not in refused}
        assert not refused & whole.keys()


class TestRefusing:
    def test_a_search_that_cannot_be_used_is_named_and_the_others_are_not_spoilt(self, matcher: SavedMatcher) -> None:
        saved = {"good": query("damp"), "bad": query("damp", filters={"colour": ("red",)}), "also": query()}
        for documents in ([document("1", "Damp")], []):
            matched = matcher.match(documents, saved)
            assert [one.id for one in matched.refused] == ["bad"]
            assert "colour" in matched.refused[0].reason
            assert matched.found == ({"good": ("1",), "also": ("1",)} if documents else {})

    def test_a_search_of_endless_words_spoils_nothing(self, engine: Engine, matcher: SavedMatcher) -> None:
        endless = query(*(f"w{number}" for number in range(400)), "damp", any_word=True)
        matched = matcher.match([document("1", "Damp")], {"endless": endless, "good": query("damp")})
        assert matched.found["good"] == ("1",)
        refused = [one.id for one in matched.refused]
        assert (refused, "endless" in matched.found) == (
            ([], True) if engine.name == "embedded" else (["endless"], False)
        )
        assert "many words" in DIFFERENCES["opensearch"]

    def test_a_document_that_the_index_would_refuse_is_found_by_none(self, matcher: SavedMatcher) -> None:
        documents = [document("1", "T"), document("bad", "T", version=-1), document("2", None)]  # type: ignore[arg-type]
        assert matcher.match(documents, {"all": query()}).found == {"all": ("1",)}

    def test_nothing_is_found_by_nothing(self, matcher: SavedMatcher) -> None:
        for documents, saved in (([], {}), ([document("1", "T")], {}), ([], {"all": query()})):
            assert matcher.match(documents, saved).found == {}


class TestChanging:
    def test_all_is_handed_in_each_time_and_nothing_is_remembered(self, engine: Engine) -> None:
        documents = [document("1", "Damp homes"), document("2", "Waste")]
        first, second = engine.matcher(), engine.matcher()
        for _ in range(2):
            assert first.match(documents, {"a": query("damp"), "b": query("waste")}).found == {"a": ("1",), "b": ("2",)}
            assert second.match(documents, {"a": query("waste"), "c": query("homes")}).found == {
                "a": ("2",),
                "c": ("1",),
            }
            assert first.match(documents, {}).found == {}

    def test_several_may_save_the_same_search(self, matcher: SavedMatcher) -> None:
        saved = {name: query("damp") for name in ("b", "a", "\ud800", "x" * 2000, "")}
        assert matcher.match([document("1", "Damp")], saved).found == dict.fromkeys(saved, ("1",))

    def test_documents_keep_their_order_and_the_last_of_an_id_counts(self, matcher: SavedMatcher) -> None:
        documents = [document(id, "Damp") for id in ("b", "c", "a", "d")]
        found = matcher.match(
            [*documents, document("c", "Dry", version=2)], {"damp": query("damp"), "dry": query("dry")}
        )
        assert found.found == {"damp": ("b", "a", "d"), "dry": ("c",)}

    def test_large_batches_are_matched_in_parts(self, matcher: SavedMatcher, monkeypatch: pytest.MonkeyPatch) -> None:
        for module in ("hub.index.matching", "hub.index.opensearch.matcher"):
            monkeypatch.setattr(f"{module}.AT_ONCE", 7)
        documents = [document(f"{number:03d}", "Damp" if number % 2 else "Dry") for number in range(30)]
        found = matcher.match(documents, {"damp": query("damp"), "dry": query("dry"), "none": query("zebra")}).found
        assert found == {
            "damp": tuple(one.id for one in documents if one.title == "Damp"),
            "dry": tuple(one.id for one in documents if one.title == "Dry"),
        }

    def test_the_index_of_documents_is_left_alone(
        self, writer: IndexWriter, reader: IndexReader, matcher: SavedMatcher
    ) -> None:
        writer.apply([document("1", "Damp")], {})
        assert matcher.match([document("2", "Damp")], {"damp": query("damp")}).found == {"damp": ("2",)}
        assert reader.versions() == {"1": 1}
        for _ in range(3):
            writer.rebuild([document("1", "Damp")])
        assert matcher.match([document("2", "Damp")], {"damp": query("damp")}).found == {"damp": ("2",)}
        assert reader.versions() == {"1": 1}

    def test_no_index_is_needed(self, engine: Engine) -> None:
        assert engine.matcher().match([document("1", "Damp")], {"damp": query("damp")}).found == {"damp": ("1",)}

    def test_several_may_match_at_once(self, engine: Engine) -> None:
        """Also the first time, when the engine has nothing to keep searches in yet."""
        failures: list[BaseException] = []

        def match(own: int) -> None:
            try:
                matcher = engine.matcher()
                saved = {"damp": query("damp"), "own": query(f"w{own}")}
                for _ in range(3):
                    found = matcher.match([document("1", "Damp"), document("2", f"W{own}")], saved).found
                    assert found == {"damp": ("1",), "own": ("2",)}
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=match, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
