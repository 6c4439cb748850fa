"""Choosing the engine, opening it late, and the shape of its folder."""

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hub.errors import BadInput, IndexUnavailable
from hub.index import embedded
from hub.index.analysis import Analysis
from hub.index.base import PUBLIC, Document, Query
from hub.index.embedded import EmbeddedReader, EmbeddedWriter
from hub.index.engines import open_matcher, open_reader, open_writer
from hub.index.schema import FILTERS, KEYWORDS, moment
from tests.hub.index.made import note
from tests.people import settings_in


def test_the_scheme_chooses_and_an_unknown_one_is_said(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    writer, reader = open_writer(settings), open_reader(settings)
    assert not (tmp_path / "index").exists(), "nothing is opened before the first call"
    writer.ensure()
    writer.apply([note("a")], {})
    writer.release()
    assert reader.versions() == {"a": 1}
    assert open_matcher(settings).match([note("a")], {"all": Query(rights=PUBLIC)}).found == {"all": ("a",)}
    with pytest.raises(BadInput, match="embedded:"):
        open_reader(settings_in(tmp_path, search_url="solr://x"))


def test_the_contract_can_be_imported_without_the_engine() -> None:
    code = "import sys, hub.index.base, hub.index.engines, hub.index.worker; sys.exit('tantivy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_index_of_another_shape_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = EmbeddedWriter(tmp_path)
    writer.ensure()
    writer.apply([note("a")], {})
    writer.release()
    monkeypatch.setattr("hub.index.embedded.fingerprint", lambda restricted=False: "00000000")
    with pytest.raises(IndexUnavailable, match="older shape"):
        EmbeddedReader(tmp_path).versions()
    newer = EmbeddedWriter(tmp_path)
    assert newer.ensure()
    assert EmbeddedReader(tmp_path).versions() == {}


def test_a_broken_folder_is_said_and_mended(tmp_path: Path) -> None:
    writer = EmbeddedWriter(tmp_path)
    writer.ensure()
    name = (tmp_path / "current").read_text()
    (tmp_path / name / "meta.json").write_text("{")
    with pytest.raises(IndexUnavailable, match="broken"):
        EmbeddedReader(tmp_path).versions()
    assert writer.ensure()
    assert EmbeddedReader(tmp_path).versions() == {}


def test_one_document_that_the_engine_itself_refuses_is_set_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine finds a wrong type only when it commits, and then forgets the whole batch."""
    from_us = EmbeddedWriter(tmp_path)
    from_us.ensure()

    def poisoned(document: Document) -> object:
        made = real(document)
        if document.id == "bad":
            made.add_text("published", "not a number")
        return made

    real = embedded.engine_document
    monkeypatch.setattr(embedded, "engine_document", poisoned)
    refused = from_us.apply([note("a"), note("bad"), note("b")], {"gone": 2})
    assert [one.id for one in refused] == ["bad"]
    from_us.release()
    assert EmbeddedReader(tmp_path).versions() == {"a": 1, "b": 1}


def test_filters_are_fields_and_moments_sort() -> None:
    assert set(FILTERS.values()) <= set(KEYWORDS)
    assert moment(date(2026, 1, 1)) == moment(datetime(2026, 1, 1)) == moment(datetime(2026, 1, 1, tzinfo=UTC))
    assert 0 < moment(date.min) < moment(date(1677, 1, 1)) < moment(date.max) < 2**64


def test_words_are_folded_then_stemmed() -> None:
    analysis = Analysis(welsh=lambda text: " ".join(f"{word}x" for word in text.split()))
    assert analysis.words("Hemtjänsten", "sv") == analysis.words("hemtjansten", "sv")
    assert analysis.words("Communities' council’s", "en") == ("communiti", "council")
    assert analysis.words("Tŷ mawr", "cy") == ("tyx", "mawrx")
    assert analysis.words("x" * 100, "en") == ()
    assert analysis.common("The")
    assert not analysis.common("the end")
