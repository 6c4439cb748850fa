"""The contract of the index: what every engine does, whatever it is made of."""

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from hub.errors import BadInput, Busy, IndexUnavailable
from hub.index.base import FACETS, Clause, Document, Expansion, IndexReader, IndexWriter, Query
from tests.contract.engines import (
    DIFFERENCES,
    Engine,
    document,
    ids,
    marks,
    plain,
    query,
)


def day(number: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)


class TestWords:
    @pytest.mark.parametrize(
        ("language", "text", "words"),
        [
            ("en", "We inspected homes in three communities.", ["home", "HOMES", "community", "inspecting"]),
            ("sv", "Åtgärder för hemtjänsten i äldre städer.", ["atgarder", "åtgärd", "hemtjanst", "STÄDER"]),
            ("nl", "De gemeenten bieden huishoudelijke hulp bij het wonen.", ["gemeente", "huishoudelijk", "woning"]),
            ("de", "Die Häuser an der Straße werden geprüft.", ["haus", "häuser", "strasse", "STRAßE", "gepruft"]),
            ("cy", "Mae gynghorau yn rhoi ofal.", ["cyngor", "cynghorau", "nghyngor", "gofal", "gynghorau"]),
            ("fr", "Les déchets ménagers à Orléans.", ["dechets", "déchets", "ORLEANS"]),
        ],
    )
    def test_words_are_found_in_the_forms_of_their_language(
        self, writer: IndexWriter, reader: IndexReader, language: str, text: str, words: list[str]
    ) -> None:
        lemmas = "Mae cyngor yn rhoi gofal." if language == "cy" else ""
        writer.apply(
            [document("1", "Title", text, language, lemmas=lemmas, title_lemmas="Title" if lemmas else "")], {}
        )
        # A stemmer does not know every pair of forms: `woning` is another word than `wonen` to it.
        unknown = {"woning", "haus"}
        found = {word for word in words if reader.search(query(word)).total}
        assert found >= set(words) - unknown

    def test_all_words_are_needed_unless_one_is_enough(self, writer: IndexWriter, reader: IndexReader) -> None:
        writer.apply([document("both", "Damp homes"), document("damp", "Damp"), document("homes", "Homes")], {})
        assert ids(reader.search(query("damp", "home"))) == ["both"]
        loose = reader.search(query("damp", "home", any_word=True))
        assert ids(loose)[0] == "both"
        assert loose.total == 3

    def test_little_words_are_not_needed(self, writer: IndexWriter, reader: IndexReader) -> None:
        writer.apply([document("1", "Damp homes"), document("2", "The other")], {})
        assert ids(reader.search(query("how", "to", "damp", "the", "homes"))) == ["1"]
        assert ids(reader.search(query("the"))) == ["2"]
        assert ids(reader.search(query("the", "damp", any_word=True))) == ["1"]

    def test_phrases_minus_and_or(self, writer: IndexWriter, reader: IndexReader) -> None:
        writer.apply(
            [document("1", "Four-day week"), document("2", "A week of one day, four"), document("3", "Compost")], {}
        )
        assert ids(reader.search(query(Clause("four day week", phrase=True)))) == ["1"]
        assert ids(reader.search(query("four-day"))) == ["1"], "a word with a hyphen is a phrase"
        assert ids(reader.search(query("week", Clause("four day", phrase=True, excluded=True)))) == ["2"]
        assert set(ids(reader.search(query(Clause("compost", alternatives=(Clause("four day", phrase=True),)))))) == {
            "1",
            "3",
        }
        assert set(ids(reader.search(query(Clause("week", excluded=True))))) == {"3"}

    def test_possessives_and_bare_punctuation_do_no_harm(self, writer: IndexWriter, reader: IndexReader) -> None:
        writer.apply([document("1", "The councils of the north")], {})
        assert reader.search(query("council's")).total == 1
        assert reader.search(query("council’s", "&")).total == 1

    def test_a_document_in_an_unknown_or_wrong_language_is_found(
        self, writer: IndexWriter, reader: IndexReader
    ) -> None:
        writer.apply([document("1", "Äldreomsorg", language=""), document("2", "Äldreomsorg", language="en")], {})
        assert reader.search(query("aldreomsorg")).total == 2

    def test_more_of_the_words_and_titles_come_first(self, writer: IndexWriter, reader: IndexReader) -> None:
        filler = "about other things that councils do " * 5
        writer.apply(
            [document("body", "Report", f"damp {filler}"), document("title", "Damp in homes", f"damp {filler}")], {}
        )
        assert ids(reader.search(query("damp"))) == ["title", "body"]

    def test_the_labels_of_topics_find_with_a_low_weight(self, writer: IndexWriter, reader: IndexReader) -> None:
        writer.apply([document("text", "Thuiszorg"), document("tag", "Report", labels=("Home care", "Thuiszorg"))], {})
        assert ids(reader.search(query("thuiszorg"))) == ["text", "tag"]
        excluded = reader.search(query("report", Clause("thuiszorg", excluded=True)))
        assert ids(excluded) == ["tag"], "a label is not the document's own words: minus does not look there"


class TestExpansion:
    CARE = Expansion(
        "CARE.1",
        (("nl", "thuiszorg", 1.0), ("sv", "hemtjänst", 1.0), ("cy", "gofal cartref", 0.7), ("en", "domiciliary", 0.3)),
        ("home", "care"),
    )

    @pytest.fixture
    def care(self, writer: IndexWriter) -> None:
        writer.apply(
            [
                document("en", "Home care for older people", topics=("CARE.1",)),
                document("nl", "Thuiszorg voor ouderen in de wijk", language="nl", topics=("CARE.1",)),
                document("sv", "Ny hemtjänst", language="sv"),
                document("cy", "Gofal yn y cartref", language="cy"),
                document("alt", "Domiciliary support"),
                document("half", "Home improvement grants"),
            ],
            {},
        )

    @pytest.mark.usefixtures("care")
    def test_a_label_finds_in_its_language_without_the_words_of_the_query(self, reader: IndexReader) -> None:
        assert ids(reader.search(query("home", "care"))) == ["en"]
        found = ids(reader.search(query("home", "care", expansions=(self.CARE,))))
        assert set(found) == {"en", "nl", "sv", "cy"}
        assert found.index("nl") < found.index("cy")

    @pytest.mark.usefixtures("care")
    def test_labels_of_the_own_language_find_nothing_by_themselves(self, reader: IndexReader) -> None:
        assert "alt" not in ids(reader.search(query("home", "care", expansions=(self.CARE,))))

    @pytest.mark.usefixtures("care")
    def test_words_that_named_no_topic_are_still_needed(self, reader: IndexReader) -> None:
        assert ids(reader.search(query("home", "care", "ouderen", expansions=(self.CARE,)))) == ["nl"]
        assert reader.search(query("home", "care", "zebra", expansions=(self.CARE,))).total == 0

    def test_the_topic_itself_raises(self, writer: IndexWriter, reader: IndexReader) -> None:
        writer.apply([document("a", "Home care"), document("b", "Home care", topics=("CARE.1",))], {})
        assert ids(reader.search(query("home", "care", expansions=(self.CARE,)))) == ["b", "a"]

    @pytest.mark.usefixtures("care")
    def test_labels_are_marked_in_their_language(self, reader: IndexReader) -> None:
        page = reader.search(query("home", "care", expansions=(self.CARE,)))
        titles = {hit.id: marks(hit.title) for hit in page.hits}
        assert titles == {"en": ["Home", "care"], "nl": ["Thuiszorg"], "sv": ["hemtjänst"], "cy": ["Gofal", "cartref"]}


class TestFacets:
    @pytest.fixture
    def many(self, writer: IndexWriter) -> list[Document]:
        chance = random.Random(7)
        made = [
            document(
                f"{number:03d}",
                chance.choice(("Damp homes", "Waste and recycling", "Damp waste")),
                language=chance.choice(("en", "nl", "sv")),
                organisation=chance.choice(("northford", "eastmere", "westvale")),
                sector=chance.choice(("council", "fire")),
                type=chance.choice(("report", "news")),
                topics=(topic := chance.choice(("HOU.1", "HOU.2", "ENV.1")),),
                topics_tree=(topic, topic[:3]),
                published=day(number) if number % 10 else None,
            )
            for number in range(120)
        ]
        writer.apply(made, {})
        return made

    @pytest.mark.usefixtures("many")
    def test_counts_are_what_choosing_would_find(self, reader: IndexReader) -> None:
        chosen = {"organisation": ("northford", "eastmere"), "topic": ("HOU",)}
        for filters in ({}, {"type": ("news",)}, chosen):
            page = reader.search(query("damp", filters=filters))
            for facet in FACETS:
                for value, count in page.facets[facet]:
                    alone = reader.search(query("damp", filters={**filters, facet: (value,)}))
                    assert alone.total == count, (filters, facet, value)

    @pytest.mark.usefixtures("many")
    def test_values_are_or_inside_and_and_between_facets(self, reader: IndexReader, many: list[Document]) -> None:
        page = reader.search(query(filters={"organisation": ("northford", "eastmere"), "language": ("nl",)}, size=200))
        expected = {one.id for one in many if one.organisation != "westvale" and one.language == "nl"}
        assert set(ids(page)) == expected
        assert page.total == len(expected)

    @pytest.mark.usefixtures("many")
    def test_values_come_most_frequent_first_and_chosen_ones_always(self, reader: IndexReader) -> None:
        page = reader.search(query("damp", filters={"type": ("nothing like it",)}))
        assert page.total == 0
        counts = [count for _, count in page.facets["type"]]
        assert counts == sorted(counts, reverse=True)
        assert ("nothing like it", 0) in page.facets["type"]
        assert page.facets["sector"] == ()

    @pytest.mark.usefixtures("many")
    def test_dates_take_whole_days_and_leave_the_undated_out(self, reader: IndexReader, many: list[Document]) -> None:
        dated = {one.id: one.published.date() for one in many if one.published}
        for since, until in ((date(2026, 1, 5), date(2026, 1, 9)), (date(2026, 3, 1), None), (None, date(2026, 1, 3))):
            found = set(ids(reader.search(query(since=since, until=until, size=200))))
            assert found == {id for id, on in dated.items() if (since or date.min) <= on <= (until or date.max)}
        assert reader.search(query(since=date.min, until=date.max)).total == len(dated)

    @pytest.mark.usefixtures("many")
    def test_newest_first_and_undated_last(self, reader: IndexReader, many: list[Document]) -> None:
        expected = sorted((one.published for one in many if one.published), reverse=True)
        for asked in (query(size=200), query(size=200, sort="newest")):
            found = ids(reader.search(asked))
            dates = {one.id: one.published for one in many}
            assert [dates[id] for id in found if dates[id]] == expected
            assert all(dates[id] is None for id in found[len(expected) :])
            assert len(found) == 120

    @pytest.mark.usefixtures("many")
    @pytest.mark.parametrize("sort", ["best", "newest"])
    def test_pages_together_are_everything_once(self, reader: IndexReader, sort: str) -> None:
        total = reader.search(query("damp", sort=sort)).total
        pages = [ids(reader.search(query("damp", sort=sort, page=number))) for number in range(1, total // 10 + 3)]
        found = [id for page in pages for id in page]
        assert len(found) == len(set(found)) == total
        assert pages[-1] == []

    @pytest.mark.usefixtures("many")
    def test_the_order_of_newest_outlives_merging(
        self, writer: IndexWriter, reader: IndexReader, many: list[Document]
    ) -> None:
        before = ids(reader.search(query(size=200)))
        for one in many:
            writer.apply([one], {})
        writer.release()
        assert ids(reader.search(query(size=200))) == before

    def test_only_the_facets_asked_for_are_counted(self, reader: IndexReader) -> None:
        assert reader.search(query(facets=("type",))).facets == {"type": ()}

    def test_a_filter_that_there_is_not_is_refused(self, reader: IndexReader) -> None:
        with pytest.raises(BadInput):
            reader.search(query(filters={"colour": ("red",)}))


class TestMarking:
    def test_all_forms_are_marked_and_nothing_is_html(self, writer: IndexWriter, reader: IndexReader) -> None:
        body = "<b>Studies</b> of 5 < 6 & damp. " + "Nothing here. " * 40 + "One study of the community’s homes."
        writer.apply([document("1", "Study: communities", body)], {})
        hit = reader.search(query("studies", "community", "home")).hits[0]
        assert marks(hit.title) == ["Study", "communities"]
        assert marks(hit.extract) == ["study", "community", "homes"], "the passage with most of the words"
        assert plain(hit.extract).startswith("… ")
        start = reader.search(query("damp")).hits[0].extract
        assert plain(start).startswith("<b>Studies</b> of 5 < 6 & damp.")

    @pytest.mark.parametrize("length", [0, 10, 219, 220, 221, 2000, 60_000])
    def test_an_extract_is_short_and_of_the_text(self, writer: IndexWriter, reader: IndexReader, length: int) -> None:
        body = ("Lorem ipsum dolor sit amet, damp consetetur. " * (length // 40 + 1))[:length]
        writer.apply([document("1", "Damp", body)], {})
        extract = plain(reader.search(query("damp")).hits[0].extract)
        assert len(extract) <= 225
        assert extract.strip("… ") in " ".join(body.split())

    def test_a_word_of_the_summary_shows_the_summary(self, writer: IndexWriter, reader: IndexReader) -> None:
        writer.apply([document("1", "Title", "The body says other things.", summary="A summary about mould.")], {})
        assert marks(reader.search(query("mould")).hits[0].extract) == ["mould"]

    def test_welsh_forms_are_marked(self, writer: IndexWriter, reader: IndexReader) -> None:
        made = document("1", "Gynghorau", "Dau nghyngor", "cy", lemmas="cyngor dau cyngor", title_lemmas="cyngor")
        writer.apply([made], {})
        hit = reader.search(query("cynghorau")).hits[0]
        assert (marks(hit.title), marks(hit.extract)) == (["Gynghorau"], ["nghyngor"])

    def test_keywords_find_but_are_not_shown_as_text(self, writer: IndexWriter, reader: IndexReader) -> None:
        writer.apply([document("1", "Sensors", "We stopped after a year.", keywords=("damp", "council housing"))], {})
        hit = reader.search(query("housing")).hits[0]
        assert plain(hit.extract) == "We stopped after a year."

    def test_little_words_and_exclusions_are_not_marked(self, writer: IndexWriter, reader: IndexReader) -> None:
        writer.apply([document("1", "The damp of the homes")], {})
        hit = reader.search(query("the", "damp", Clause("zebra", excluded=True))).hits[0]
        assert marks(hit.title) == ["damp"]


class TestWriting:
    def test_replacing_and_deleting_may_come_twice(self, writer: IndexWriter, reader: IndexReader) -> None:
        for _ in range(2):
            assert writer.apply([document("1", "Old"), document("2", "Other")], {}) == []
        for _ in range(2):
            assert writer.apply([document("1", "New", version=2)], {"2": 2, "never there": 1}) == []
        assert reader.versions() == {"1": 2}
        assert reader.search(query("old")).total == 0
        assert reader.search(query("new")).total == 1

    def test_the_last_of_two_in_one_batch_counts(self, writer: IndexWriter, reader: IndexReader) -> None:
        writer.apply([document("1", "Old"), document("1", "New", version=2)], {})
        assert reader.versions() == {"1": 2}

    def test_versions_of_some_and_of_all(self, writer: IndexWriter, reader: IndexReader) -> None:
        assert reader.versions() == {}
        writer.apply([document(str(number), "T", version=number) for number in range(50)], {})
        assert reader.versions() == {str(number): number for number in range(50)}
        assert reader.versions(["7", "none", "7"]) == {"7": 7}
        assert reader.versions([]) == {}

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [("libary", "library"), ("homlessness", "homelessness"), ("recylcing", "recycling"), ("hemtjänzt", "hemtjänst"),
         ("oversvamnign", "översvämning"), ("gwastraf", "gwastraff"), ("libraries", ""), ("xylophone", ""), ("bin", ""),
         ("two words", ""), ("12a4", ""), ("", "")],
    )  # fmt: skip
    def test_slips_lead_to_a_word_of_the_documents(
        self, writer: IndexWriter, reader: IndexReader, typed: str, meant: str
    ) -> None:
        documents = [
            document("1", "The library lends tablets", "Libraries and homelessness. Recycling tablets, bin by bin."),
            document("2", "Hemtjänst under en översvämning", "Kommunens hemtjänst", "sv"),
            document("3", "Gwastraff bwyd", "Casglu gwastraff", "cy"),
        ]
        writer.apply(documents, {})
        assert reader.spell(typed) == meant

    def test_similar_bears_with_deleted_documents(self, writer: IndexWriter, reader: IndexReader) -> None:
        names = [str(number) for number in range(40)]
        writer.apply([document(one, "Note", "Mould in ward", organisation=one) for one in names], {})
        writer.apply([document(one, "Note", f"Mould in ward {one}", organisation=one) for one in names[:5]], {})
        writer.apply([], {str(number): 1 for number in range(3, 40)})
        assert sorted(reader.similar("0", 5)) == ["1", "2"]

    def test_similar_is_the_work_of_others(self, writer: IndexWriter, reader: IndexReader) -> None:
        text = "Falls prevention visits by community wardens for older tenants in sheltered housing. "
        writer.apply(
            [
                document("1", "Falls", text * 3, topics=("CARE",)),
                document("2", "Wardens", text + "Reviewed.", organisation="eastmere"),
                document("3", "Vallen", "Valpreventie door wijkteams", "nl", organisation="zee", topics=("CARE",)),
                document("4", "Bins", "Bins are emptied every second week.", organisation="eastmere"),
                *(document(f"own {number}", "Falls", text * 3, topics=("CARE",)) for number in range(5)),
            ],
            {},
        )
        assert reader.similar("1", 5) == ["2", "3"]
        assert reader.similar("1", 1) == ["2"]
        assert reader.similar("unknown", 5) == []

    def test_stats_say_what_there_is(self, engine: Engine, writer: IndexWriter, reader: IndexReader) -> None:
        writer.apply([document("1", "T")], {})
        stats = reader.stats()
        assert (stats.engine, stats.documents) == (engine.name, 1)
        assert stats.bytes > 0
        assert stats.name

    def test_a_poisoned_document_does_not_stop_the_others(self, writer: IndexWriter, reader: IndexReader) -> None:
        poison = document("bad", "T", version=-1)
        worse = document("worse", None)  # type: ignore[arg-type]
        refused = writer.apply([document("1", "T"), poison, worse, document("2", "T")], {})
        assert [one.id for one in refused] == ["bad", "worse"]
        assert all(one.reason for one in refused)
        assert set(reader.versions()) == {"1", "2"}
        rebuilt = writer.rebuild([document("3", "T"), poison])
        assert (rebuilt.written, [one.id for one in rebuilt.refused]) == (1, ["bad"])

    def test_odd_texts_are_taken(self, writer: IndexWriter, reader: IndexReader) -> None:
        odd = "\ud800 nul\0 \ufeff 😀 " + "x" * 70_000 + " ümlaut"
        made = document("1", odd, odd, labels=(odd,), summary=odd, published=datetime(9999, 12, 31, tzinfo=UTC))
        early = document("2", "T", published=datetime(1, 1, 1, tzinfo=UTC), topics=("", odd))
        assert writer.apply([made, early], {}) == []
        assert reader.search(query("umlaut")).total == 1
        assert ids(reader.search(query())) == ["1", "2"]


class TestOpening:
    def test_without_an_index_reading_and_writing_say_so(self, engine: Engine) -> None:
        with pytest.raises(IndexUnavailable, match="moothall index rebuild"):
            engine.reader().search(query("damp"))
        with pytest.raises(IndexUnavailable):
            engine.writer().apply([document("1", "T")], {})

    def test_ensure_is_true_until_there_is_something(self, engine: Engine) -> None:
        writer = engine.writer()
        assert writer.missing()
        assert writer.missing(), "asking makes nothing"
        assert writer.ensure()
        assert not writer.missing()
        assert writer.ensure()
        writer.apply([document("1", "T")], {})
        writer.release()
        assert not engine.writer().ensure()

    def test_a_second_writer_is_busy_and_changes_nothing(
        self, engine: Engine, writer: IndexWriter, reader: IndexReader
    ) -> None:
        writer.apply([document("1", "T")], {})
        second = engine.writer()
        if not engine.one_writer:
            assert "two writers" in DIFFERENCES[engine.name]
            writer.rebuild([document("1", "T")])
        writes = (lambda: second.apply([document("2", "T")], {"1": 1}), lambda: second.rebuild([]))
        for attempt in (*writes, second.ensure, second.take):
            with pytest.raises(Busy):
                attempt()
        assert reader.versions() == {"1": 1}
        writer.release()
        writer.release()
        assert second.apply([document("2", "T")], {}) == []
        second.release()
        assert set(reader.versions()) == {"1", "2"}

    def test_a_rebuild_shows_all_of_the_old_or_all_of_the_new(
        self, engine: Engine, writer: IndexWriter, reader: IndexReader
    ) -> None:
        writer.apply([document(str(number), "Damp") for number in range(100)], {})
        totals: list[int] = []
        stop = threading.Event()

        def watch() -> None:
            own = engine.reader()
            while not stop.is_set():
                totals.append(own.search(query("damp")).total)

        thread = threading.Thread(target=watch)
        thread.start()
        for round in range(3):
            written = writer.rebuild(document(str(number), "Damp") for number in range(100 + round * 20)).written
            assert written == 100 + round * 20
        stop.set()
        thread.join()
        assert set(totals) <= {100, 120, 140}
        assert totals == sorted(totals)
        assert reader.search(query("damp")).total == 140

    def test_an_interrupted_rebuild_leaves_everything_as_it_was(
        self, engine: Engine, writer: IndexWriter, reader: IndexReader
    ) -> None:
        writer.apply([document("1", "Damp")], {})

        def broken() -> Iterator[Document]:
            yield document("2", "Damp")
            raise RuntimeError("the database went away")

        with pytest.raises(RuntimeError):
            writer.rebuild(broken())
        assert reader.versions() == {"1": 1}
        assert writer.apply([document("3", "Damp")], {}) == []
        assert writer.rebuild([document("4", "Damp")]).written == 1
        assert reader.versions() == {"4": 1}

    def test_a_reader_from_before_a_fork_sees_later_commits(self, writer: IndexWriter, reader: IndexReader) -> None:
        writer.apply([document("1", "Damp")], {})
        assert reader.search(query("damp")).total == 1
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()

        def child() -> None:
            theirs.recv()
            theirs.send(reader.search(query("damp")).total)

        process = context.Process(target=child)
        process.start()
        writer.apply([document("2", "Damp")], {})
        ours.send("go")
        assert ours.poll(10)
        assert ours.recv() == 2
        process.join()

    def test_a_commit_is_seen_by_another_process_at_its_next_call(self, engine: Engine, writer: IndexWriter) -> None:
        code = (
            "import sys; from pathlib import Path\n"
            "from tests.contract.engines import ENGINES, query\n"
            "reader = ENGINES[sys.argv[1]](Path(sys.argv[2])).reader()\n"
            "for _ in sys.stdin: print(reader.search(query('damp')).total, flush=True)\n"
        )
        command = [sys.executable, "-c", code, engine.name, str(engine.folder)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdin
            assert other.stdout
            for number in range(1, 6):
                writer.apply([document(str(number), "Damp")], {})
                other.stdin.write("\n")
                other.stdin.flush()
                assert other.stdout.readline() == f"{number}\n"
            other.stdin.close()

    def test_killed_while_writing_nothing_committed_is_lost(self, engine: Engine, writer: IndexWriter) -> None:
        writer.release()
        code = (
            "import sys; from pathlib import Path\n"
            "from tests.contract.engines import ENGINES, document\n"
            "writer = ENGINES[sys.argv[1]](Path(sys.argv[2])).writer()\n"
            "number = int(sys.argv[3])\n"
            "while True:\n"
            "    number += 1\n"
            "    writer.apply([document(f'{number}-{part}', 'Damp') for part in range(10)], {})\n"
            "    print(number, flush=True)\n"
        )
        told = 0
        for trial in range(3):
            command = [sys.executable, "-c", code, engine.name, str(engine.folder), str(told)]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
                assert other.stdout
                told = int(other.stdout.readline())
                time.sleep(0.05 * trial)
                os.kill(other.pid, signal.SIGKILL)
                for line in other.stdout:
                    told = int(line) if line.endswith("\n") else told
            held = engine.reader().versions()
            assert {f"{number}-{part}" for number in range(1, told + 1) for part in range(10)} <= set(held)
            assert len(held) % 10 == 0
            again = engine.writer()
            assert again.apply([document(f"{told + 1}-{part}", "Damp") for part in range(10)], {}) == []
            again.release()
            told += 1

    def test_many_threads_may_read_at_once(self, writer: IndexWriter, reader: IndexReader) -> None:
        writer.apply([document(str(number), "Damp homes", "Damp homes and communities") for number in range(50)], {})
        failures: list[BaseException] = []

        def read() -> None:
            try:
                for number in range(40):
                    assert reader.search(query("damp", f"home{'s' * (number % 2)}")).total >= 50
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=read) for _ in range(8)]
        for thread in threads:
            thread.start()
        for number in range(10):
            writer.apply([document(f"new {number}", "Damp homes")], {})
        for thread in threads:
            thread.join()
        assert failures == []


def odd_queries() -> Iterator[Query]:
    """500 searches that nobody should type; seeded."""
    chance = random.Random(2026)
    pieces = [
        '"',
        "'",
        "(",
        ")",
        "[",
        "]",
        "{",
        "org:x",
        "AND",
        "OR",
        "-",
        "+",
        "*",
        "?",
        "~2",
        "^9",
        "\\",
        "/",
        ":",
        "\0",
    ]
    pieces += [
        "\ud800",
        "\udfff",
        "😀",
        "é",
        "ﬁ",
        "İ",
        "ß",
        "\u202e",
        "\ufeff",
        "damp",
        "x" * 70_000,
        "<b>",
        "&",
        "%00",
    ]
    pieces += ["title_en:damp", "all_en:[a TO b]", "id:1", "NaN", "0x00", "词", "д", " ", "\n", "a_b", "..", "1e999"]
    for number in range(500):
        texts = ["".join(chance.choices(pieces, k=chance.randint(1, 4))) for _ in range(chance.randint(1, 4))]
        clauses = [
            Clause(
                text,
                phrase=chance.random() < 0.3,
                excluded=chance.random() < 0.2,
                alternatives=(Clause(chance.choice(pieces)),) if chance.random() < 0.2 else (),
            )
            for text in texts
        ]
        given: dict[str, object] = {}
        if number % 3 == 0:
            given["filters"] = {chance.choice(FACETS): (chance.choice(pieces),)}
        if number % 5 == 0:
            label = (chance.choice(("en", "xx", "", "\0")), chance.choice(pieces), chance.random())
            given["expansions"] = (Expansion(chance.choice(pieces), (label,), (texts[0],)),)
        page, size = chance.choice((0, -1, 1, 2, 10**9)), chance.choice((0, -1, 1, 10))
        yield query(*clauses, page=page, size=size, any_word=chance.random() < 0.3, **given)


def test_odd_searches_never_raise(writer: IndexWriter, reader: IndexReader) -> None:
    writer.apply([document("1", "Damp ﬁre <b> 词 д", "a_b x İ ß é 😀 damp")], {})
    for asked in odd_queries():
        page = reader.search(asked)
        assert page.total >= 0
