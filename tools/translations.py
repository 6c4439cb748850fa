"""The catalogues of translations: what there is to say, what each language says, and the file that the hub reads.

`make translations` finds every sentence, brings each messages.po up to date (a new sentence is empty there, until a
person translates it) and compiles what is translated. docs/welsh.md has the words to use.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from harvesters.faults import CERTIFICATES
from harvesters.kinds import KINDS
from harvesters.problems import DETAILS, PROBLEMS
from hub.languages import ENGLISH, FOLDER, LANGUAGES

ROOT: Final = Path(__file__).resolve().parent.parent
METHODS: Final = [
    ("hub/cli/**", "ignore"),
    ("hub/demo/**", "ignore"),
    ("hub/**.py", "python"),
    ("harvesters/**.py", "python"),
    ("hub/templates/**", "jinja2"),
]
OPTIONS: Final = {"hub/templates/**": {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}}
KEYWORDS: Final[dict[str, Any]] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "lazily": None,
    "ngettext": (1, 2),
    "Sentence": None,
}
"""What marks a sentence; a Sentence is one of the harvesters, which know no catalogue."""

WIDTH: Final = 110
HEADERS: Final = ("Language", "Plural-Forms", "MIME-Version", "Content-Type", "Content-Transfer-Encoding")
HEADER: Final = "# What Moothall says. docs/welsh.md has the words to use; `make translations` compiles this file."


def sentences() -> Catalog:
    """Every sentence that the code marks, and the constants of the harvesters."""
    found = Catalog()
    for directory in ("hub", "harvesters"):
        for name, line, message, comments, context in extract_from_dir(
            ROOT / directory, _below(directory, METHODS), _options(directory), KEYWORDS, strip_comment_tags=True
        ):
            found.add(message, None, [(f"{directory}/{name}", line)], auto_comments=comments, context=context)
    for place, message in _constants():
        found.add(message, None, [(place, 1)])
    return found


def _constants() -> Iterator[tuple[str, str]]:
    yield from (("harvesters/problems.py", one) for pair in PROBLEMS.values() for one in pair)
    yield from (("harvesters/problems.py", one) for one in DETAILS)
    yield from (("harvesters/faults.py", one) for one in CERTIFICATES.values())
    yield from (("harvesters/kinds", kind.words) for kind in KINDS.values())


def _below(directory: str, methods: Any) -> list[tuple[str, str]]:
    return [(path.removeprefix(f"{directory}/"), method) for path, method in methods if path.startswith(directory)]


def _options(directory: str) -> dict[str, Any]:
    return {path.removeprefix(f"{directory}/"): given for path, given in OPTIONS.items() if path.startswith(directory)}


def place_of(language: str) -> Path:
    """Where the catalogue of a language is."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def catalogue(language: str) -> Catalog:
    """What a language says; empty where there is nothing yet."""
    place = place_of(language)
    if not place.exists():
        return Catalog(locale=language)
    with place.open("rb") as file:
        return read_po(file, locale=language)


def updated(language: str) -> Catalog:
    """The catalogue with every sentence that there is now, and no other. Nothing is guessed."""
    known, wanted = catalogue(language), Catalog(locale=language, fuzzy=False, header_comment=HEADER)
    for message in sentences():
        if message.id:
            said = known.get(message.id)
            wanted.add(message.id, said.string if said else "", [(name, None) for name in _files(message)])
    return wanted


def _files(message: Message) -> list[str]:
    return sorted({name for name, _ in message.locations})


class _Plain(Catalog):
    """A catalogue without dates, persons and versions, so that only translations change its files."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [one for one in Catalog.mime_headers.fget(self) if one[0] in HEADERS]


def _plain(found: Catalog) -> Catalog:
    plain = _Plain(locale=found.locale, fuzzy=False, header_comment=HEADER)
    for message in found:
        if message.id:
            plain[message.id] = message
    return plain


def written(found: Catalog) -> bytes:
    """A catalogue as it is kept, sorted, and without line numbers."""
    out = io.BytesIO()
    write_po(out, _plain(found), width=WIDTH, sort_output=True, include_lineno=False)
    return out.getvalue()


def compiled(found: Catalog) -> bytes:
    """The file that the hub reads, of the file that people write."""
    out = io.BytesIO()
    write_mo(out, _plain(found))
    return out.getvalue()


def main() -> int:
    """Bring every catalogue up to date. Says what is missing; 1 when something is."""
    missing = 0
    for language in LANGUAGES:
        if language == ENGLISH:
            continue
        found = updated(language)
        place = place_of(language)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(written(found))
        place.with_suffix(".mo").write_bytes(compiled(catalogue(language)))
        empty = [one for one in found if one.id and not (all(one.string) if one.pluralizable else one.string)]
        missing += len(empty)
        sys.stdout.write(f"{language}: {len(found)} sentences, {len(empty)} without a translation\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
