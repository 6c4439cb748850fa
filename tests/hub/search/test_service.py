"""From an address to what was asked, from there to an answer; and what each filter and word costs."""

from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from hub.index.base import PUBLIC, Expansion, IndexReader
from hub.search.expand import Expander
from hub.search.parse import parse, text_of
from hub.search.service import Asked, Cost, asked_from, find, query_of
from tests.hub.published import day
from tests.hub.site import Site


def asked(address: str) -> Asked:
    """What these parameters ask for."""
    pairs = [tuple(pair.split("=", 1)) for pair in address.split("&") if pair]
    return asked_from(MultiDict(pairs))


@pytest.fixture(scope="module")
def reader(site: Site) -> IndexReader:
    found: IndexReader = site.app.extensions["moothall"]["index"]
    return found


@pytest.fixture(scope="module")
def expander(site: Site) -> Expander:
    found: Expander = site.app.extensions["moothall"]["expander"]
    return found


def test_an_address_is_read_whole() -> None:
    read = asked(
        "q= damp  homes &sector=fire&sector=council&type=&from=2026-01-02&to=2026-03-04&sort=newest&words=only"
    )
    assert read == Asked(
        "damp homes",
        {"sector": ("fire", "council")},
        date(2026, 1, 2),
        date(2026, 3, 4),
        "newest",
        only_words=True,
    )
    assert read.narrowed == 4


def test_what_makes_no_sense_is_left_out() -> None:
    read = asked("sort=oldest&words=some&colour=red&sector=fire&sector=fire&page=x")
    assert read == Asked(filters={"sector": ("fire",)})


@pytest.mark.parametrize("text", ["yesterday", "2026-02-31", "24/11/2026", "x" * 900])
def test_a_date_that_cannot_be_read_is_said_by_its_field(text: str) -> None:
    read = asked(f"from={text}&to= 2026-01-01 ")
    assert (read.since, read.until) == (None, date(2026, 1, 1))
    assert list(read.wrong) == ["from"]
    assert read.wrong["from"].startswith(f"“{text[:20]}” is not a date.")
    assert len(read.wrong["from"]) < 90
    assert read.narrowed == 1


def test_endless_and_invisible_words_are_cut() -> None:
    read = asked("q=" + "damp\x00 \u202e" * 900)
    assert len(read.text) == 500
    assert set(read.text) == set("damp ")


def test_without_words_everything_is_there_newest_first() -> None:
    read = asked("")
    query = query_of(read, parse(read.text), ())
    assert (query.clauses, query.sort, query.rights) == ((), "newest", PUBLIC)
    assert query_of(asked("q=damp"), parse("damp"), ()).sort == "best"


def test_excluded_words_alone_find_the_rest(reader: IndexReader) -> None:
    assert find(reader, asked("")).page.total == 21
    assert find(reader, asked("q=-minutes")).page.total == 7


def test_all_words_are_wanted_and_one_is_enough_only_where_none_has_all(reader: IndexReader) -> None:
    both = find(reader, asked("q=homes mould"))
    assert (both.page.total, both.any_word) == (2, False)
    some = find(reader, asked("q=lorries unicorn"))
    assert (some.page.total, some.any_word) == (1, True)
    assert some.costs == ()


def test_one_word_is_never_loosened(reader: IndexReader) -> None:
    none = find(reader, asked("q=unicorn"))
    assert (none.page.total, none.any_word, none.costs) == (0, False, ())
    assert not find(reader, asked("q=unicorn -mould")).any_word


def test_the_costs_of_filters_are_what_would_be_found_without(reader: IndexReader) -> None:
    found = find(reader, asked("q=mould&sector=fire&sector=police&type=case-study&language=cy"))
    assert found.page.total == 0
    assert found.costs == (), "taking one away is not enough here"
    found = find(reader, asked("q=mould&sector=fire&sector=police&type=case-study"))
    assert found.costs == (Cost("type", "case-study", 1),), "what would still find nothing is not said"
    found = find(reader, asked("q=mould&sector=fire&type=case-study"))
    assert {(cost.facet, cost.value, cost.total) for cost in found.costs} == {
        ("sector", "fire", 1),
        ("type", "case-study", 1),
    }


def test_the_dates_are_one_cost(reader: IndexReader) -> None:
    found = find(reader, asked("q=mould&from=1999-01-01&to=1999-12-31"))
    assert found.costs == (Cost("dates", "", 3),)


def test_the_costs_of_words_come_with_the_words_that_are_left(reader: IndexReader) -> None:
    found = find(reader, asked('q="two people" -form'))
    assert found.costs == (Cost("word", '"two people"', 20, "-form"), Cost("word", "-form", 1, '"two people"'))


def test_the_cost_of_a_word_counts_other_words_for_the_topics_that_are_left(
    reader: IndexReader, expander: Expander
) -> None:
    found = find(reader, asked("q=casglu gwastraff bwyd -cyngor -collection"), expand=expander.expand)
    assert found.page.total == 0
    for cost in found.costs:
        again = find(reader, asked(f"q={cost.left}"), expand=expander.expand)
        assert again.page.total == cost.total, cost
    assert "-collection" in [cost.value for cost in found.costs], "the English one is found by its topic's words"


@pytest.mark.parametrize(
    "text", ["damp mould", '"four-day week" pay', "bins -news", 'cats OR "small dogs" -"press release"', "e-bike", ""]
)
def test_clauses_can_be_typed_again(text: str) -> None:
    assert text_of(parse(text)) == text


def test_a_topic_that_the_words_name_is_searched_unless_only_words_are_wanted(
    reader: IndexReader, expander: Expander
) -> None:
    wide = find(reader, asked("q=food waste collection"), expand=expander.expand)
    assert [one.topic for one in wide.expansions] == ["WAS.3"]
    assert wide.page.total == 2
    narrow = find(reader, asked("q=food waste collection&words=only"), expand=expander.expand)
    assert (narrow.expansions, narrow.page.total) == ((), 1)


def test_an_expansion_of_nothing_changes_nothing(reader: IndexReader) -> None:
    none = Expansion("NONE", ())
    assert find(reader, asked("q=mould"), expand=lambda words: (none,)).page.total == 3


def test_pages_and_their_size(reader: IndexReader) -> None:
    first = find(reader, asked(""), size=4)
    second = find(reader, asked(""), size=4, page=2)
    assert [len(one.page.hits) for one in (first, second)] == [4, 4]
    assert not {hit.id for hit in first.page.hits} & {hit.id for hit in second.page.hits}


def test_dates_include_both_days(reader: IndexReader) -> None:
    assert find(reader, asked(f"from={day(10)}&to={day(10)}")).page.total == 1
    assert find(reader, asked(f"from={day(9)}&to={day(6)}")).page.total == 0


def test_many_words_are_not_tried_one_by_one(reader: IndexReader) -> None:
    six = "lorries -lorries -unicorn -zebra -gryphon -hydra"
    assert [cost.value for cost in find(reader, asked(f"q={six}")).costs] == ["lorries", "-lorries"]
    assert find(reader, asked(f"q={six} -phoenix")).costs == ()


def test_slips_are_mended_where_that_finds_something(reader: IndexReader) -> None:
    found = find(reader, asked("q=mouldd"))
    assert (found.page.total, found.meant) == (0, "mould")
    assert find(reader, asked("q=mould")).meant == ""
    assert find(reader, asked('q="mouldd"')).meant == ""
    assert find(reader, asked("q=mouldd&sector=voluntary")).meant == ""
    both = find(reader, asked("q=mouldd -unicorn"))
    assert both.meant == "mould -unicorn"


def test_dates_the_wrong_way_round_are_said() -> None:
    assert asked("from=2026-02-01&to=2026-01-01").wrong == {"to": "This day is before the one in “From”."}
    assert asked("from=2026-01-01&to=2026-01-01").wrong == {}
