"""What people type, as clauses."""

import pytest

from hub.index.base import Clause
from hub.search.parse import MOST_CLAUSES, parse, words_of


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("damp mould", (Clause("damp"), Clause("mould"))),
        ('"four-day week" pay', (Clause("four-day week", phrase=True), Clause("pay"))),
        ("bins -news", (Clause("bins"), Clause("news", excluded=True))),
        ('-"press release"', (Clause("press release", phrase=True, excluded=True),)),
        ("cats OR dogs", (Clause("cats", alternatives=(Clause("dogs"),)),)),
        ("OR cats OR", (Clause("cats"),)),
        ("- -- \" ' ( ) *", ()),
        ("e-bike", (Clause("e-bike"),)),
        ("", ()),
    ],
)
def test_words_phrases_exclusions_and_or(text: str, clauses: tuple[Clause, ...]) -> None:
    assert parse(text) == clauses


def test_endless_input_is_cut() -> None:
    assert len(parse("a " * 5000)) == MOST_CLAUSES


def test_control_characters_are_no_words() -> None:
    assert parse("da\x00mp\u202e") == (Clause("damp"),)


def test_words_leave_exclusions_out() -> None:
    assert words_of(parse('damp -news "wet walls"')) == "damp wet walls"
