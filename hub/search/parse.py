"""What a person typed, as clauses: words, "phrases", -exclusions and OR. Nothing else is syntax."""

import re
from dataclasses import replace

from federation.record import clean_line
from hub.index.base import Clause

MOST_CHARACTERS = 500
MOST_CLAUSES = 32
_PIECES = re.compile(r'(-?)"([^"]*)"|(\S+)')


def parse(text: str) -> tuple[Clause, ...]:
    """`damp "four-day week" -news cats OR dogs` as clauses; odd quotes, lone dashes and dangling ORs are dropped."""
    clauses: list[Clause] = []
    either = False
    for minus, phrase, word in _PIECES.findall(clean_line(text)[:MOST_CHARACTERS]):
        if word == "OR":
            either = bool(clauses)
            continue
        clause = _clause(minus, phrase, word)
        if clause is None:
            continue
        if either and not clause.excluded and not clauses[-1].excluded:
            last = clauses[-1]
            clauses[-1] = replace(last, alternatives=(*last.alternatives, clause))
        else:
            clauses.append(clause)
        either = False
    return tuple(clauses[:MOST_CLAUSES])


def _clause(minus: str, phrase: str, word: str) -> Clause | None:
    if phrase.strip():
        return Clause(phrase.strip(), phrase=True, excluded=bool(minus))
    excluded = word.startswith("-") and len(word) > 1
    text = word.lstrip("-").strip('"') if excluded else word.strip('"')
    if not any(character.isalnum() for character in text):
        return None
    return Clause(text, phrase=False, excluded=excluded)


def text_of(clauses: tuple[Clause, ...]) -> str:
    """The clauses as a person types them: the reverse of `parse`."""
    return " ".join(" OR ".join(map(_typed, (clause, *clause.alternatives))) for clause in clauses)


def _typed(clause: Clause) -> str:
    text = f'"{clause.text}"' if clause.phrase else clause.text
    return f"-{text}" if clause.excluded else text


def words_of(clauses: tuple[Clause, ...]) -> str:
    """The words that were asked for, without exclusions: what topics are looked up by."""
    return " ".join(clause.text for clause in clauses if not clause.excluded)
