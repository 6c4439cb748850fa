"""The one generator: cleaning, comparing, counting, refusing; and what can be proposed at an address."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

import pytest

from federation.record import File, Record
from harvesters.base import Change, Known, Page, Proposal, Response, Semantics, Tools, deleted, upsert
from harvesters.errors import HarvestError, ListError
from harvesters.kinds import KINDS
from harvesters.problems import problem
from harvesters.run import harvest
from tests.contract.sites import Store

RECORD = Record(native_id="1", url="https://northford.example/1", title="Damp", text="Forty homes.")


class Counter:
    """An Http that counts and fetches nothing."""

    requests = 0
    bytes = 0

    def get(self, url: str, **_: Any) -> Response:
        raise AssertionError(url)


class Silent:
    """A Sandbox that nobody asks."""

    def read(self, reader: str, data: bytes, **_: Any) -> Any:
        raise AssertionError(reader)


class Made:
    """A kind that yields the pages it was made with; an exception among them is raised."""

    name = "made"
    words = "Made"

    def __init__(self, *pages: Page | Exception, semantics: Semantics = "window") -> None:
        self._pages = pages
        self.semantics: Semantics = semantics

    def pages(self, address: str, cursor: Mapping[str, Any], known: Known, tools: Tools) -> Iterator[Page]:
        for page in self._pages:
            if isinstance(page, Exception):
                raise page
            tools.http.requests += 2
            tools.http.bytes += 100
            yield page

    def recognise(self, response: Response, tools: Tools) -> Proposal | None:
        return None


def page(*changes: Change, **more: Any) -> Page:
    return Page(changes, {}, **more)


def walked(*pages: Page | Exception, store: Store | None = None, semantics: Semantics = "window") -> list[Page]:
    known = (store or Store()).known
    return list(harvest(Made(*pages, semantics=semantics), "https://x.example/", {}, known, Tools(Counter(), Silent())))


def codes(found: list[Page]) -> list[str]:
    return [one.code for made in found for one in made.problems]


def test_records_come_out_clean() -> None:
    dirty = replace(RECORD, native_id=" 1\x00", title="Da\x07mp \n homes", text="a\x0bb\n")
    found = walked(page(upsert(dirty, {"etag": "x"}, b"raw")))
    change = found[0].changes[0]
    assert change.record is not None
    assert (change.native_id, change.record.native_id, change.record.title) == ("1", "1", "Damp homes")
    assert (change.record.text, change.validators, change.raw) == ("ab", {"etag": "x"}, b"raw")


def test_known_records_move_to_unchanged_and_new_validators_reach_the_hub() -> None:
    store = Store({"1": (RECORD, {"etag": "old"}), "2": (replace(RECORD, native_id="2"), {"etag": "same"})})
    found = walked(
        page(
            upsert(RECORD, {"etag": "new"}),
            upsert(replace(RECORD, native_id="2"), {"etag": "same"}),
            upsert(replace(RECORD, native_id="3")),
        ),
        store=store,
    )
    assert [one.native_id for one in found[0].changes] == ["3"]
    assert found[0].unchanged == ("1", "2")
    assert found[0].refreshed == (("1", {"etag": "new"}),)


def test_changed_record_is_a_change() -> None:
    store = Store({"1": (RECORD, {})})
    assert len(walked(page(upsert(replace(RECORD, text="Fifty homes."))), store=store)[0].changes) == 1
    assert len(walked(page(upsert(replace(RECORD, title="Mould"))), store=store)[0].changes) == 1


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (replace(RECORD, url=""), "no-url"),
        (replace(RECORD, url="javascript:alert(1)"), "no-url"),
        (replace(RECORD, url="ftp://x.example/a"), "no-url"),
        (replace(RECORD, url="https://[broken"), "no-url"),
        (replace(RECORD, native_id=" \x00"), "no-id"),
        (replace(RECORD, subjects=tuple(f"word {n}" for n in range(501))), "too-much"),
        (replace(RECORD, files=tuple(File(f"https://x.example/{n}") for n in range(1001))), "too-much"),
        (replace(RECORD, native_id="é" * 501), "too-much"),
        (replace(RECORD, url=f"https://x.example/{'a' * 2000}"), "too-much"),
        (replace(RECORD, title=cast(str, 7)), "broken-record"),
    ],
)
def test_records_that_cannot_be_taken_are_problems_and_the_others_stay(record: Record, code: str) -> None:
    found = walked(page(upsert(record), upsert(replace(RECORD, native_id="2"))))
    assert [one.native_id for one in found[0].changes] == ["2"]
    assert codes(found) == [code]


def test_of_two_entries_with_one_identifier_the_first_is_kept() -> None:
    other = upsert(replace(RECORD, title="Another"))
    found = walked(page(upsert(RECORD), other), page(other))
    assert [one.record.title for made in found for one in made.changes if one.record] == ["Damp"]
    assert codes(found) == ["duplicate-id"]
    assert codes(walked(page(other, unchanged=("1",)))) == ["duplicate-id"]


def test_a_change_list_may_say_the_same_record_again_later() -> None:
    found = walked(page(upsert(RECORD)), page(deleted("1", "gone")), semantics="changes")
    assert [one.record is None for made in found for one in made.changes] == [False, True]
    assert codes(found) == []


def test_requests_and_bytes_are_those_of_each_page() -> None:
    found = walked(page(upsert(RECORD)), page(complete=True, unchanged=("2",)))
    assert [(made.requests, made.bytes) for made in found] == [(2, 100), (2, 100)]
    assert found[1].complete


def test_empty_list_is_told() -> None:
    assert codes(walked(page(complete=True, listed=0))) == ["empty-list"]
    assert codes(walked(page(complete=True))) == []


def test_unexpected_exception_is_a_fault_of_ours() -> None:
    with pytest.raises(HarvestError, match="KeyError: 'x'") as caught:
        walked(page(upsert(RECORD)), KeyError("x"))
    assert caught.value.problem.code == "fault"
    assert not caught.value.permanent


def test_error_of_the_list_passes_through() -> None:
    with pytest.raises(ListError, match="no entries"):
        walked(ListError(problem("empty-list", where="x")))


def test_kind_may_be_given_by_its_name() -> None:
    with pytest.raises(KeyError):
        next(harvest("unheard-of", "https://x.example/", {}, Store().known, Tools(Counter(), Silent())))


def test_kinds_have_words_for_people() -> None:
    assert [kind.words for kind in KINDS.values()] == [
        "Atom or RSS feed",
        "Website with a sitemap",
        "Repository (OAI-PMH)",
        "Folder of files",
    ]
