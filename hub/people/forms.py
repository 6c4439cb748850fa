"""The form of a profile: what was typed, kept as it was typed, and what it comes to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from werkzeug.datastructures import MultiDict

from federation.record import clean, clean_line
from hub.communities.forms import concepts_in
from hub.people.access import PARTS, WORDS, WRITERS
from hub.people.models import NOBODY, ORGANISATION, Profile
from hub.people.profiles import Words
from hub.topics.service import Vocabulary
from vocab.scheme import Scheme

LONGEST: Final = 20_000
"""What is longer than anything that is kept is cut here."""

LINES: Final = ("handle", "job", "languages", "seen")


@dataclass(frozen=True, slots=True)
class Typed:
    """Every field as it was typed. `topics` are notations; `seen` is the edition that an edit began with."""

    handle: str = ""
    job: str = ""
    about: str = ""
    languages: str = ""
    may_write: str = NOBODY
    seen: str = "0"
    topics: tuple[str, ...] = ()
    sees: Mapping[str, str] = field(default_factory=dict)


def typed_in(values: MultiDict[str, str]) -> Typed:
    """What a request says."""
    told = {name: clean_line(values.get(name, ""))[:LONGEST] for name in LINES}
    return Typed(
        **told,
        may_write=clean_line(values.get("may_write", NOBODY))[:20],
        about=clean(values.get("about", ""))[:LONGEST],
        topics=tuple(dict.fromkeys(clean_line(one)[:40] for one in values.getlist("topic") if one.strip())),
        sees={part: clean_line(values.get(f"sees_{part}", NOBODY))[:20] for part in PARTS},
    )


def typed_of(row: Profile, uris: Iterable[str], scheme: Scheme) -> Typed:
    """What a profile says now, as its form shows it."""
    return Typed(
        handle=row.handle,
        job=row.job,
        about=row.about,
        languages=row.languages,
        may_write=row.may_write,
        seen=str(row.edition),
        topics=tuple(scheme.concepts[uri].notation for uri in uris if uri in scheme.concepts),
        sees={part: getattr(row, f"sees_{part}") for part in PARTS},
    )


def all_to(word: str) -> dict[str, str]:
    """Every part to the same people: what a first profile begins with, nobody unless they ask for more."""
    return dict.fromkeys(PARTS, word if word in WORDS else NOBODY)


def writers_for(word: str) -> str:
    """Who may write to somebody whose profile these may see."""
    return word if word in (NOBODY, ORGANISATION) else WRITERS[0] if word in WORDS else NOBODY


def words_in(typed: Typed, vocabulary: Vocabulary) -> Words:
    """What the form comes to; what is wrong with it is said by the service."""
    return Words(
        handle=typed.handle,
        sees=typed.sees,
        may_write=typed.may_write,
        job=typed.job,
        about=typed.about,
        languages=typed.languages,
        topics=tuple(concepts_in(typed.topics, vocabulary)),
    )


def edition_in(typed: Typed) -> int:
    """The edition that an edit began with; 0 for what is no number."""
    return int(typed.seen) if typed.seen.isascii() and typed.seen.isdigit() and len(typed.seen) < 9 else 0
