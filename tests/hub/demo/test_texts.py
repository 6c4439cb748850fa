"""The demo's documents: enough of them, of a fair length, in four languages, and no two alike but the near copies."""

from collections import Counter
from itertools import combinations

import pytest

from federation.fingerprint import containment, fingerprint
from federation.record import TYPES
from hub.demo.sites import SITES
from hub.demo.texts import Text, html_of, parse, texts

ALL = [(site, text) for site in SITES for text in texts(site) if not text.deleted]
NEAR_COPIES = {
    ("brackendale/08-knife-crime-schools", "westmarch/01-school-link-officers"),
    ("calder/01-home-safety-visits-and-falls", "trentside/09-falls-on-home-safety-visits"),
}


def test_there_are_enough_of_every_sort() -> None:
    assert len(ALL) >= 90
    assert {SITES[site].sector for site, _ in ALL} == {"council", "police", "fire", "health"}
    languages = Counter(text.language for _, text in ALL)
    assert set(languages) == {"en", "cy", "nl", "sv"}
    assert min(languages.values()) >= 7
    kinds = Counter(text.kind for _, text in ALL)
    assert {"practice-note", "case-study", "policy", "foi", "evaluation"} <= set(kinds) <= set(TYPES)
    assert sum(text.withdrawn for _, text in ALL) == 1


@pytest.mark.parametrize(("site", "text"), ALL, ids=[f"{site}/{text.slug}" for site, text in ALL])
def test_each_is_as_long_as_a_real_one_and_says_whom_to_ask(site: str, text: Text) -> None:
    assert 80 <= len(text.body.split()) <= 400
    assert text.summary
    assert text.contact
    assert text.subjects
    assert not text.changed or text.changed >= text.date


def test_only_the_near_copies_share_their_words() -> None:
    marks = {f"{site}/{text.slug}": fingerprint(text.body) for site, text in ALL}
    alike = {
        (one, other)
        for one, other in combinations(sorted(marks), 2)
        if max(containment(marks[one], marks[other])) > 0.3
    }
    assert alike == NEAR_COPIES


def test_a_text_is_read_from_its_facts_and_its_body() -> None:
    text = parse(
        "01-a",
        "title: A: b\ndate: 2026-01-02\nlanguage: en\nkind: news\nlicence: none\nsubjects: x, y\n\n"
        "One\nline.\n\n## Head\n- a <b>\n- c\n\n| 1 | 2 |\n",
    )
    assert (text.title, text.licence, text.subjects) == ("A: b", "", ("x", "y"))
    assert text.blocks == (("p", "One line."), ("h", "Head"), ("li", "a <b>"), ("li", "c"), ("row", " 1 | 2 "))
    assert html_of(text) == (
        "<p>One line.</p>\n<h2>Head</h2>\n<ul>\n<li>a &lt;b&gt;</li>\n<li>c</li>\n</ul>\n<p> 1 | 2 </p>"
    )
