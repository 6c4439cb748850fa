"""The contract of titles that begin as somebody types: both engines give the same ones, in the same order."""

from datetime import UTC, datetime

import pytest

from hub.errors import IndexUnavailable
from hub.index.base import IndexReader, IndexWriter
from hub.index.titles import LOOKED_AT
from tests.contract.engines import Engine, document

TITLES = {
    "en": ("en", "Damp and mould in council homes"),
    "house": ("en", "Housing the Fire-Fighters' way"),
    "cy": ("cy", "Gwasanaethau tŷ a gofal yng Nghymru"),
    "nl": ("nl", "Coördinatie van thuiszorg in de wijken"),
    "sv": ("sv", "Åtgärder för hemtjänsten i äldre städer"),
    "de": ("de", "Straßenreinigung und Müll"),
    "fr": ("fr", "Déchets ménagers à Orléans"),
}


def suggested(reader: IndexReader, text: str, size: int = 8) -> list[str]:
    """The ids, in order."""
    return [one.id for one in reader.suggest(text, size)]


@pytest.fixture
def titles(writer: IndexWriter) -> None:
    lemmas = {"cy": {"lemmas": "gwasanaeth ty gofal", "title_lemmas": "gwasanaeth ty gofal"}}
    made = [
        document(id, title, "Zebra", language, published=datetime(2026, 1, number, tzinfo=UTC), **lemmas.get(id, {}))
        for number, (id, (language, title)) in enumerate(TITLES.items(), 1)
    ]
    assert writer.apply(made, {}) == []


@pytest.mark.usefixtures("titles")
class TestTitles:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("da", ["en"]), ("DAMP", ["en"]), ("dämp", ["en"]), ("homes da", ["en"]), ("da homes", []),
            ("damp and mould in council homes", ["en"]), ("damp zebra", []), ("damp homeless", []), ("homing", []),
            ("ho", ["house", "en"]), ("housi", ["house"]), ("fire fi", ["house"]), ("fire-fi", ["house"]),
            ("gwasan", ["cy"]), ("gofal ty", ["cy"]), ("Nghym", ["cy"]), ("cymru", []),
            ("coordi", ["nl"]), ("COÖRD", ["nl"]), ("wijk thuis", []), ("wijken thuis", ["nl"]), ("thuiszorg ", ["nl"]),
            ("atg", ["sv"]), ("ÅTG", ["sv"]), ("stader aldr", ["sv"]), ("hemtjänst", ["sv"]), ("tjanst", []),
            ("strassenr", ["de"]), ("STRAß", ["de"]), ("dech", ["fr"]), ("a orl", ["fr"]), ("housing's", ["house"]),
        ],
    )  # fmt: skip
    def test_every_word_is_needed_and_the_last_may_be_unfinished(
        self, reader: IndexReader, text: str, found: list[str]
    ) -> None:
        assert suggested(reader, text) == found

    @pytest.mark.parametrize("text", ["", " ", "d", "é", " - ", '"', "*", "?!.", "\0", "\ud800", "()", "zzz"])
    def test_too_little_suggests_nothing(self, reader: IndexReader, text: str) -> None:
        assert reader.suggest(text, 8) == []

    @pytest.mark.parametrize(
        "text",
        [
            '"damp', "damp*", "da.*", "d.mp", "da|zz", "[d]amp", "(damp", "damp\\", "damp~1", "title:damp", "starts:da",
            "damp\0", "da\ud800mp", "-damp", "damp OR zebra", "/damp/", "😀 damp", "damp\u202e", "{}", "⑴da",
            "x" * 70_000, "damp " * 20_000, "d" * 81, "a b c d e " * 200, "da" + "\u0301" * 300,
        ],
    )  # fmt: skip
    def test_no_sign_means_anything(self, reader: IndexReader, text: str) -> None:
        assert set(suggested(reader, text)) <= {"en"}

    def test_signs_between_words_are_as_blanks(self, reader: IndexReader) -> None:
        assert suggested(reader, '"council* (da') == ["en"]
        assert suggested(reader, "da|zz") == suggested(reader, "d.mp") == []

    def test_titles_are_as_they_were_written_and_newest_first(self, reader: IndexReader, writer: IndexWriter) -> None:
        writer.apply(
            [document("never", "Homes", language="xx"), document("old", "Ho", published=datetime(1800, 1, 1))], {}
        )
        found = reader.suggest("ho", 8)
        assert [one.id for one in found] == ["house", "en", "old", "never"]
        assert found[0].text == TITLES["house"][1]
        assert [len(reader.suggest("ho", size)) for size in (-1, 0, 1, 2, 100)] == [0, 0, 1, 2, 4]

    def test_what_is_gone_or_renamed_is_suggested_no_more(self, reader: IndexReader, writer: IndexWriter) -> None:
        writer.apply([document("house", "Renamed", version=2)], {"en": 2})
        assert suggested(reader, "ho") == suggested(reader, "damp") == []
        assert suggested(reader, "ren") == ["house"]
        writer.rebuild([document("en", "Damp again", version=3)])
        assert suggested(reader, "da") == ["en"]


def test_each_title_comes_once_with_its_newest_document(writer: IndexWriter, reader: IndexReader) -> None:
    days = [datetime(2026, 1, number, tzinfo=UTC) for number in range(1, 31)]
    same = [document(f"same {on:%d}", "Annual REPORT", published=on) for on in days]
    others = [document("capitals", "annual report", published=days[0]), document("other", "Annual review")]
    assert len(same) < LOOKED_AT
    writer.apply([*same, *others], {})
    assert suggested(reader, "annual re") == ["same 30", "other"]


def test_without_an_index_it_is_said(engine: Engine) -> None:
    with pytest.raises(IndexUnavailable):
        engine.reader().suggest("damp", 8)
