"""Lists in the embedded index: how long, how many, and what they hold on to."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.errors import Busy, Gone
from hub.index import lists
from hub.index.base import KEPT, PUBLIC, START, Query
from hub.index.embedded import EmbeddedReader, EmbeddedWriter
from tests.hub.index.made import note


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock of all lists, to be set."""
    at = [0.0]
    real = lists.Lists.__init__
    monkeypatch.setattr(lists.Lists, "__init__", lambda self, cursors: real(self, cursors, lambda: at[0]))
    return at


@pytest.fixture
def reader(tmp_path: Path, moment: list[float]) -> EmbeddedReader:
    writer = EmbeddedWriter(tmp_path)
    writer.ensure()
    writer.apply([note(f"{number:03d}") for number in range(40)], {})
    writer.release()
    return EmbeddedReader(tmp_path)


def asked(after: str, size: int = 10) -> Query:
    return Query(rights=PUBLIC, after=after, size=size)


@pytest.fixture
def first(reader: EmbeddedReader) -> Callable[[], str]:
    """Begins a list; gives its cursor."""
    return lambda: reader.search(asked(START)).after


def test_each_page_keeps_a_list_for_a_minute(
    reader: EmbeddedReader, moment: list[float], first: Callable[[], str]
) -> None:
    cursor = first()
    for at in (KEPT - 1, 2 * KEPT - 2):
        moment[0] = at
        cursor = reader.search(asked(cursor)).after
    moment[0] = 3 * KEPT - 2
    with pytest.raises(Gone, match="no longer kept"):
        reader.search(asked(cursor))


def test_so_many_are_kept_and_no_more(reader: EmbeddedReader, moment: list[float], first: Callable[[], str]) -> None:
    cursors = [first() for _ in range(lists.MOST)]
    with pytest.raises(Busy, match="Too many lists"):
        first()
    assert reader.search(Query(rights=PUBLIC)).total == 40
    assert reader.search(asked(START, 40)).after == "", "what needs no cursor needs no place"
    reader.search(asked(cursors[0], 0))
    assert first()
    moment[0] = KEPT
    assert first()


def test_a_list_outlives_the_files_it_began_with(tmp_path: Path, reader: EmbeddedReader) -> None:
    page = reader.search(asked(START))
    found = [hit.id for hit in page.hits]
    writer = EmbeddedWriter(tmp_path)
    for _ in range(2):
        writer.rebuild([note("other")])
    writer.release()
    for folder in tmp_path.iterdir():
        if folder.is_dir() and folder.name != (tmp_path / "current").read_text():
            shutil.rmtree(folder)
    while page.after:
        page = reader.search(asked(page.after))
        found += [hit.id for hit in page.hits]
    assert sorted(found) == [f"{number:03d}" for number in range(40)]
