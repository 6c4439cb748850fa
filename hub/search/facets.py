"""The filters beside a search: what people can choose, in words, with how much each choice gives."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from hub.index.base import FACETS, SearchPage
from hub.languages import N_, language
from hub.languages import gettext as _
from hub.organisations.models import Organisation
from hub.organisations.service import SECTORS
from hub.records.cards import LANGUAGE_NAMES
from hub.search.findable import Findable
from hub.search.service import Asked
from hub.topics.service import Vocabulary

FACET_WORDS: Final[dict[str, tuple[str, str]]] = {
    "sector": (N_("Sector"), N_("What kind of public body published it")),
    "organisation": (N_("Organisation"), N_("Who published it")),
    "type": (N_("Kind"), N_("What kind of document it is")),
    "topic": (N_("Topic"), N_("What it is about")),
    "language": (N_("Language"), N_("The language it is written in")),
    "community": (N_("Community"), N_("Where it was written")),
}
"""Facet, or other filter -> (its heading, its one-line hint)."""

SHOWN_VALUES: Final = 12
"""Values of a facet that are shown until somebody asks for all."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet: what people read, how many documents it gives, whether it is chosen."""

    value: str
    name: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet as the page shows it; `more` values are left out."""

    name: str
    words: str
    hint: str
    choices: tuple[Choice, ...]
    more: int

    @property
    def chosen(self) -> int:
        """How many of its values are chosen."""
        return sum(choice.chosen for choice in self.choices)


_KNOWN: Final = Organisation.__table__.c
_NAMES: Final = select(_KNOWN.slug, _KNOWN.name).where(_KNOWN.slug.in_(bindparam("slugs", expanding=True)))


class Names:
    """What people read for the values of facets."""

    def __init__(
        self,
        session: Session,
        vocabulary: Vocabulary,
        findable: Mapping[str, Findable],
        slugs: Iterable[str],
        communities: Mapping[str, str],
    ) -> None:
        """`slugs` are the organisations whose names will be asked for; `communities` are {slug: name} of those of
        which whoever asks may know."""
        self._vocabulary = vocabulary
        self._tables: dict[str, Mapping[str, str]] = {
            "sector": {sector: _(words[1]) for sector, words in SECTORS.items()},
            "organisation": dict(session.execute(_NAMES, {"slugs": sorted(set(slugs))}).all()),
            "type": _type_names(findable.values()),
            "language": LANGUAGE_NAMES,
            "community": communities,
        }

    def of(self, facet: str, value: str) -> str:
        """The name of a value; the value itself where it has none, "not known" for the empty one."""
        if facet == "topic":
            concept = self._vocabulary.by_notation(value)
            return concept.pref(language()) if concept else value
        return self._tables[facet].get(value, value or _("not known"))


def _type_names(findable: Iterable[Findable]) -> dict[str, str]:
    """What people read for each type; the first word, where documents of two types may be of one kind (an event)."""
    names: dict[str, str] = {}
    for one in findable:
        for type, name in one.words.items():
            names.setdefault(type, _(name))
    return names


def organisations_of(asked: Asked, page: SearchPage, *, everything: bool) -> list[str]:
    """The organisations that the facet will show, and those that were chosen."""
    found = [slug for slug, _ in page.facets.get("organisation", ())]
    chosen = asked.filters.get("organisation", ())
    return [*chosen, *(found if everything else found[: SHOWN_VALUES + len(chosen)])]


def facets_of(asked: Asked, page: SearchPage, names: Names, *, all_of: str = "") -> list[Facet]:
    """Every facet of a page; of `all_of` every value."""
    return [_facet(name, asked.filters.get(name, ()), page, names, whole=name == all_of) for name in FACETS]


def _facet(name: str, chosen: tuple[str, ...], page: SearchPage, names: Names, *, whole: bool) -> Facet:
    """No values that give nothing; chosen ones are always there, the rest by how much they give."""
    counts = dict(page.facets.get(name, ()))
    values = [*chosen, *(value for value in counts if value and value not in chosen)]
    kept = values if whole else values[: max(SHOWN_VALUES, len(chosen))]
    words, hint = (_(one) for one in FACET_WORDS[name])
    choices = tuple(Choice(one, names.of(name, one), counts.get(one, 0), one in chosen) for one in kept)
    return Facet(name, words, hint, choices, len(values) - len(kept))
