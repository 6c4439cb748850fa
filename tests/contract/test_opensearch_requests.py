"""What the server is asked, without a server: a Query as a request, the address, the breaker, a document."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from hub.errors import BadInput, IndexUnavailable
from hub.index.analysis import Analysis
from hub.index.base import FACETS, Clause, Expansion
from hub.index.opensearch.address import Address, read_address
from hub.index.opensearch.breaker import Breaker
from hub.index.opensearch.near import titles_body
from hub.index.opensearch.queries import MANY_WORDS, MOST_PARTS, WINDOW, finding, search_body
from hub.index.opensearch.shape import Names, body, source_of
from hub.index.schema import FILTERS, KEYWORDS
from tests.contract.engines import document, query, welsh

ANALYSIS = Analysis(welsh)


def inside(part: Any, key: str) -> Iterator[Any]:
    """Every value under this key, however deep."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name == key:
                yield value
            yield from inside(value, key)
    elif isinstance(part, list):
        for one in part:
            yield from inside(one, key)


class TestRequests:
    def test_no_query_string_is_ever_parsed_and_user_text_is_only_a_value(self) -> None:
        nasty = 'title_en:damp OR (x) "y" _exists_:id *'
        clauses = (
            nasty,
            Clause(nasty, phrase=True),
            Clause(nasty, excluded=True),
            Clause("a", alternatives=(Clause(nasty),)),
        )
        whole = query(*clauses, filters={"topic": (nasty,)})
        asked = [search_body(whole, ANALYSIS), finding(whole, ANALYSIS), titles_body(nasty)]
        kinds = {"query_string", "simple_query_string", "script", "wildcard", "regexp"}
        assert not any(list(inside(asked, kind)) for kind in kinds)
        fields = {field for found in inside(asked, "match_phrase") for field in found}
        assert fields <= {"labels"} | {
            f"{kind}_{name}" for kind in ("all", "title") for name in ("en", "cy", "nl", "sv", "de", "xx")
        }

    def test_a_saved_search_is_the_same_without_what_only_ranks(self) -> None:
        asked = query("the", "damp", "homes", filters={"type": ("news",)}, since=date(2026, 1, 5))
        whole, saved = search_body(asked, ANALYSIS), finding(asked, ANALYSIS)
        dated, chosen = saved["bool"]["filter"]
        assert [chosen] == whole["post_filter"]["bool"]["filter"]
        assert dated["bool"]["filter"] == whole["query"]["bool"]["filter"]
        (found,), (scored,) = dated["bool"]["must"], whole["query"]["bool"]["must"]
        assert found == {"bool": {"filter": scored["bool"]["must"], "must_not": []}}
        with pytest.raises(BadInput):
            finding(query(filters={"colour": ("red",)}), ANALYSIS)

    def test_a_saved_search_with_more_parts_than_the_server_takes_is_refused(self) -> None:
        label = ("en", "many words " * 30, 1.0)
        for asked in (
            query(*(f"w{number}" for number in range(MOST_PARTS // 7 + 1))),
            query("w0", expansions=(Expansion("T", (label,) * 20, ("w0",)),)),
        ):
            with pytest.raises(BadInput, match="too many words"):
                finding(asked, ANALYSIS)

    def test_every_word_is_needed_and_little_ones_only_help(self) -> None:
        asked = search_body(query("the", "damp", "homes"), ANALYSIS)["query"]["bool"]
        texts = [json.dumps(one) for one in asked["must"]]
        assert len(texts) == 2
        assert "damp" in texts[0]
        assert "homes" in texts[1]
        loose = search_body(query("damp", "homes", any_word=True), ANALYSIS)["query"]["bool"]["must"]
        assert [one["bool"]["minimum_should_match"] for one in loose] == [1]

    def test_a_word_that_is_said_twice_counts_twice(self) -> None:
        once, twice = (
            search_body(query(*words), ANALYSIS)["query"]["bool"]["must"] for words in (["a1"], ["a1", "a1"])
        )
        assert twice == [{"bool": {"must": once, "boost": 2}}]

    def test_welsh_lemmas_and_dutch_stems_are_ours_and_the_rest_is_the_servers_analysis(self) -> None:
        asked = search_body(query("gynghorau"), ANALYSIS)
        sent = {field: value["query"] for found in inside(asked, "match_phrase") for field, value in found.items()}
        assert (sent["all_cy"], sent["all_en"], sent["all_xx"]) == ("cyngor", "gynghorau", "gynghorau")
        dutch = search_body(query("gemeenten"), ANALYSIS)
        sent = {field: value["query"] for found in inside(dutch, "match_phrase") for field, value in found.items()}
        assert sent["all_nl"] == " ".join(ANALYSIS.words("gemeenten", "nl")) != "gemeenten"

    def test_facets_narrow_after_counting_and_each_counts_with_the_others_choice(self) -> None:
        chosen = {"type": ("news",), "topic": ("HOU", "ENV"), "source": ("s1",)}
        asked = search_body(query("damp", filters=chosen), ANALYSIS)
        filters = {name: {"terms": {FILTERS[name]: list(values)}} for name, values in chosen.items()}
        assert asked["post_filter"] == {"bool": {"filter": list(filters.values())}}
        assert "news" not in json.dumps(asked["query"])
        assert asked["aggs"].keys() == set(FACETS)
        for name, aggregation in asked["aggs"].items():
            others = [one for other, one in filters.items() if other != name]
            assert aggregation["filter"] == {"bool": {"filter": others}}
            assert ("chosen" in aggregation["aggs"]) == (name in chosen)
        with pytest.raises(BadInput):
            search_body(query(filters={"colour": ("red",)}), ANALYSIS)

    def test_dates_are_part_of_the_query_and_totals_are_exact(self) -> None:
        asked = search_body(query("damp", since=date(2026, 1, 5), until=date(2026, 1, 9)), ANALYSIS)
        (between,) = inside(asked["query"], "range")
        assert between["published"]["gte"] < between["published"]["lt"]
        assert asked["track_total_hits"] is True

    def test_the_best_come_first_only_where_there_are_words(self) -> None:
        first = [
            next(iter(search_body(one, ANALYSIS)["sort"][0]))
            for one in (query("a1"), query(), query("a1", sort="newest"))
        ]
        assert first == ["_score", "published", "published"]

    def test_pages_beyond_what_the_server_shows_ask_for_the_total_only(self) -> None:
        last = search_body(query("damp", page=WINDOW // 10), ANALYSIS)
        beyond = search_body(query("damp", page=WINDOW // 10 + 1), ANALYSIS)
        assert (last["from"], last["size"]) == (WINDOW - 10, 10)
        assert (beyond["from"], beyond["size"]) == (0, 0)

    def test_the_longest_search_has_fewer_parts_than_the_server_takes(self) -> None:
        # 500 characters is what the search form takes.
        words = Clause("a", alternatives=tuple(Clause(f"b{number % 10}") for number in range(100)))
        labels = tuple((language, "two words", 1.0) for language in ("en", "cy", "nl", "sv", "de") for _ in range(8))
        topics = tuple(Expansion(str(number), labels, ("a",)) for number in range(3))
        for asked in (query(words, expansions=topics), query(*(f"w{number}" for number in range(MANY_WORDS)))):
            made = search_body(asked, ANALYSIS)["query"]
            parts = sum(len(list(inside(made, kind))) for kind in ("match_phrase", "match", "term", "match_all"))
            assert parts < 1024


class TestAddress:
    def test_every_part_may_be_given(self) -> None:
        assert read_address("opensearch://host") == Address("host")
        given = read_address("opensearchs://us%40er:p%2Fw%3A@search.example:9243/?prefix=north-hub")
        assert given == Address("search.example", 9243, True, "us@er", "p/w:", "north-hub")
        assert "p/w" not in repr(given)

    @pytest.mark.parametrize(
        "url",
        ["opensearch:", "opensearch://", "opensearch://u:hunter2@h/path", "opensearch://u:hunter2@h?prefix=A*",
         "opensearch://u:hunter2@h?other=1", "opensearch://u:hunter2@h:port", "opensearch://u:hunter2@[h",
         "opensearch://u:hunter2@h?prefix=", "opensearch://u:hunter2@h?prefix=-x"],
    )  # fmt: skip
    def test_what_cannot_be_used_is_said_without_the_password(self, url: str) -> None:
        with pytest.raises(BadInput, match="MOOTHALL_SEARCH_URL cannot be used") as caught:
            read_address(url)
        assert "hunter2" not in str(caught.value)


class TestBreaker:
    def test_three_failures_close_it_and_one_may_try_after_ten_seconds(self) -> None:
        moment = [0.0]
        breaker = Breaker(lambda: moment[0])
        for _ in range(3):
            breaker.admit()
            breaker.failed()
        with pytest.raises(IndexUnavailable, match="10 seconds|11 seconds"):
            breaker.admit()
        moment[0] = 10.1
        breaker.admit()
        with pytest.raises(IndexUnavailable):
            breaker.admit()
        breaker.failed()
        moment[0] = 20.0
        with pytest.raises(IndexUnavailable):
            breaker.admit()
        moment[0] = 20.2
        breaker.admit()
        breaker.worked()
        breaker.admit()
        breaker.admit()

    def test_only_failures_in_a_row_count(self) -> None:
        breaker = Breaker(lambda: 0.0)
        for _ in range(10):
            breaker.failed()
            breaker.failed()
            breaker.worked()
        breaker.admit()


class TestShape:
    def test_the_mapping_is_strict_and_has_a_field_for_all_that_is_written(self) -> None:
        fields = body()["mappings"]["properties"]
        assert body()["mappings"]["dynamic"] == "strict"
        made = document("1", "Teitl", "Testun", "cy", lemmas="testun", labels=("a",), topics=("b",), topics_tree=("b",))
        assert source_of(made).keys() <= fields.keys()
        assert set(KEYWORDS) <= fields.keys()

    def test_names_are_told_from_those_of_other_hubs(self) -> None:
        names = Names("hub", "0123abcd")
        made = names.made_at(datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC))
        assert made == "hub-0123abcd-20260102030405000006"
        assert names.is_ours(made)
        others = (names.read, names.write, names.lease, f"hub-x-{made[4:]}", f"other-{made}", made + "0")
        assert not any(map(names.is_ours, others))

    @pytest.mark.parametrize(("id", "version"), [("", 1), ("x" * 513, 1), ("é" * 257, 1), ("1", -1), ("1", 2**63)])
    def test_what_the_server_would_refuse_a_whole_batch_for_is_refused_alone(self, id: str, version: int) -> None:
        with pytest.raises(ValueError, match="its"):
            source_of(document(id, "T", version=version))


def test_the_client_is_imported_only_for_its_scheme() -> None:
    code = (
        "import sys, hub.index.engines as e; from hub.config import read_settings\n"
        "e.open_reader(read_settings(search_url='embedded:')); assert 'opensearchpy' not in sys.modules\n"
        "e.open_reader(read_settings(search_url='opensearch://127.0.0.1:1')); assert 'opensearchpy' in sys.modules\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_the_client_the_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['opensearchpy'] = None\n"
        "import hub.index.engines as e; from hub.config import read_settings\n"
        "try: e.open_reader(read_settings(search_url='opensearchs://u:hunter2@127.0.0.1:1'))\n"
        "except e.BadInput as error: print(error)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert "moothall[opensearch]" in said
    assert "hunter2" not in said
