"""How good the untrained tagger is: a judged set of our own, floors that only go up, and real posts where present."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import pytest

from tests.vocab.loaded import DATA, common, tagger

F1_FLOOR: Final = 0.88
"""Raise it when the tagger or the vocabulary gets better; never lower it."""

SET: Final = [json.loads(line) for line in (Path(__file__).parent / "tagging.jsonl").read_text("utf-8").splitlines()]
POSTS: Final = DATA / "digitalgov" / "posts.jsonl"


def _tags(one: dict[str, Any], language: str) -> set[str]:
    found = tagger().suggest(one["title"], one["text"], language, 5)
    return {common().concepts[suggestion.concept].notation for suggestion in found}


def _f1(items: list[dict[str, Any]]) -> float:
    """Micro-averaged F1 of the tags of `items`."""
    hits = given = expected = 0
    for one in items:
        tags = _tags(one, one["language"])
        hits += len(tags & set(one["topics"]))
        given += len(tags)
        expected += len(one["topics"])
    return 2 * hits / (given + expected)


def test_judged_topics_exist() -> None:
    notations = {concept.notation for concept in common()}
    assert {topic for one in SET for topic in one["topics"]} <= notations


def test_judged_texts_are_read_in_their_language() -> None:
    wrong = [
        one["title"] for one in SET if tagger().lemmas.language_of(f"{one['title']}\n{one['text']}") != one["language"]
    ]
    assert wrong == []


def test_f1_of_the_judged_set_does_not_fall() -> None:
    assert _f1(SET) >= F1_FLOOR


@pytest.mark.parametrize(("language", "floor"), [("en", 0.91), ("cy", 0.8), ("nl", 0.86), ("sv", 0.87), ("de", 0.89)])
def test_no_language_is_left_behind(language: str, floor: float) -> None:
    assert _f1([one for one in SET if one["language"] == language]) >= floor


def test_a_text_about_nothing_gets_no_tag() -> None:
    assert [_tags(one, one["language"]) for one in SET if not one["topics"]] == [set()]


@pytest.mark.skipif(not POSTS.is_file(), reason="../shared/data/digitalgov is absent: real posts were not tagged.")
def test_real_posts_get_a_handful_of_tags_at_most() -> None:
    with POSTS.open(encoding="utf-8") as lines:
        posts = [json.loads(line) for line in lines]
    counts: dict[int, int] = defaultdict(int)
    for post in posts[::5]:
        counts[len(tagger().suggest(post["title"], f"{post['summary']}\n{post['body']}", "en", 8))] += 1
    total = sum(counts.values())
    assert sum(count for tags, count in counts.items() if tags <= 5) / total >= 0.97
    assert sum(count for tags, count in counts.items() if tags) / total >= 0.5
