"""Sentences that were made elsewhere or stored, in the language of who reads them: problems, finds, why a check waits.

The harvesters write English and know no other language; what they say keeps what it was made of
(harvesters/sentences.py), and so does what is stored of it. Text of a site, and what was stored before, stays as it is.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from federation.record import clean
from harvesters.problems import PROBLEMS
from harvesters.sentences import Counted, Day, Sentence, Words
from hub.languages import ENGLISH, language, ngettext
from hub.languages import gettext as _
from hub.words import on

NOUNS: Final[dict[str, Callable[[int], str]]] = {
    "document": lambda n: ngettext("%(num)s document", "%(num)s documents", n),
    "page": lambda n: ngettext("%(num)s page", "%(num)s pages", n),
    "part": lambda n: ngettext("%(num)s part", "%(num)s parts", n),
    "file": lambda n: ngettext("%(num)s file", "%(num)s files", n),
    "folder": lambda n: ngettext("%(num)s folder", "%(num)s folders", n),
    "subject": lambda n: ngettext("%(num)s subject", "%(num)s subjects", n),
}
"""What the harvesters count."""


def retold(said: Any) -> str:
    """A sentence, or a part of one, in the language we speak; what is no sentence of ours stays as it is."""
    if language() == ENGLISH or not said:
        return str(said)
    if isinstance(said, Sentence):
        return _template(said.template).format_map(Words({name: retold(one) for name, one in said.words.items()}))
    if isinstance(said, Counted):
        return NOUNS[said.noun](said.number)
    if isinstance(said, Day):
        return on(said.day)
    return _(said) if isinstance(said, str) else str(said)


def _template(english: str) -> str:
    known = _(english)
    # A sentence that stands in another one has lost its full stop.
    return _(f"{english}.").removesuffix(".") if known == english else known


def kept(said: Any) -> Any:
    """A sentence as it is stored beside its English text, in JSON."""
    if isinstance(said, Sentence):
        return {"template": clean(said.template), "words": {name: kept(one) for name, one in said.words.items()}}
    if isinstance(said, Counted):
        return {"number": said.number, "noun": said.noun}
    return clean(str(said))


def retold_kept(stored: Any) -> str:
    """What `kept` stored, in the language we speak."""
    return retold(_made(stored))


def _made(stored: Any) -> Any:
    if isinstance(stored, Mapping):
        if "noun" in stored:
            return Counted(stored["number"], stored["noun"])
        template, words = stored["template"], stored["words"]
        return Sentence(template, **{name: _made(one) for name, one in words.items()})
    return stored


def retold_problem(code: str, english: tuple[str, str], words: Mapping[str, Any]) -> tuple[str, str]:
    """(what happened, how to fix it) of a problem that was stored with its words; in English where it has none."""
    if language() == ENGLISH or not words or code not in PROBLEMS:
        return english
    filled = {name: _made(one) for name, one in words.items()}
    what, fix = (retold(Sentence(template, **filled)) for template in PROBLEMS[code])
    return what, fix
