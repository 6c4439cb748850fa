"""What is like a document is asked once an hour, and again when it changed or when there was not enough."""

from dataclasses import dataclass, field

import pytest

from hub.errors import IndexUnavailable
from hub.index.likeness import Likeness


@dataclass
class Counting:
    """A reader's `similar` alone: gives the first of `found`, counts its calls, raises while it is away."""

    found: list[str] = field(default_factory=lambda: ["b", "c", "d"])
    calls: int = 0
    away: bool = False

    def similar(self, id: str, size: int) -> list[str]:
        self.calls += 1
        if self.away:
            raise IndexUnavailable("It is away.")
        return self.found[:size]


def likeness(reader: Counting, seconds: float = 3600.0) -> Likeness:
    return Likeness(reader, seconds)  # type: ignore[arg-type]


def test_it_is_asked_once_for_each_version() -> None:
    reader = Counting()
    near = likeness(reader).near
    assert [near("a", 1, 3), near("a", 1, 3)] == [("b", "c", "d")] * 2
    assert reader.calls == 1
    near("a", 2, 3)
    assert reader.calls == 2


def test_too_few_are_not_remembered_as_more_may_be_coming() -> None:
    reader = Counting(found=["b"])
    near = likeness(reader).near
    assert near("a", 1, 3) == ("b",)
    reader.found += ["c", "d"]
    assert near("a", 1, 3) == ("b", "c", "d")


def test_after_its_time_it_is_asked_again() -> None:
    reader = Counting()
    near = likeness(reader, seconds=0.0).near
    near("a", 1, 3)
    near("a", 1, 3)
    assert reader.calls == 2


def test_an_index_that_is_away_is_not_remembered_and_known_answers_stay() -> None:
    reader = Counting(away=True)
    near = likeness(reader).near
    with pytest.raises(IndexUnavailable):
        near("a", 1, 3)
    reader.away = False
    assert near("a", 1, 3) == ("b", "c", "d")
    reader.away = True
    assert near("a", 1, 3) == ("b", "c", "d")
