"""Sentences for people that remember what they were made of, and numbers and days as they stand in them."""

from collections.abc import Mapping
from datetime import date
from typing import Any


class Sentence(str):
    """A filled-in sentence that keeps its `template` and `words`, so that it can be said in another language.

    `Sentence("There is no site named {host}.", host="x.example")` is the text itself; a word that is missing is empty.
    """

    template: str
    words: Mapping[str, Any]

    def __new__(cls, template: str, /, **words: Any) -> "Sentence":
        made = super().__new__(cls, template.format_map(Words(words)))
        made.template, made.words = template, words
        return made


class Counted(str):
    """A number of things: `1 page`, `1,234 pages`."""

    number: int
    noun: str

    def __new__(cls, number: int, noun: str) -> "Counted":
        made = super().__new__(cls, f"{number:,} {noun if number == 1 else noun + 's'}")
        made.number, made.noun = number, noun
        return made


class Words(dict[str, Any]):
    """What a sentence is filled in with; a word that is missing is empty."""

    def __missing__(self, key: str) -> str:
        return ""


class Day(str):
    """A day: `19 November 2026`."""

    day: date

    def __new__(cls, day: date) -> "Day":
        made = super().__new__(cls, f"{day.day} {day:%B %Y}")
        made.day = day
        return made


def unstopped(said: str) -> str:
    """The same without its full stop, to stand in another sentence."""
    if isinstance(said, Sentence):
        return Sentence(said.template.removesuffix("."), **said.words)
    return said.removesuffix(".")
