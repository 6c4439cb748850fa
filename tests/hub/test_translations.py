"""The catalogues are whole: every sentence of the code is there, translated, and no other; and the hub reads them."""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from jinja2 import Environment, nodes

from hub.languages import ENGLISH, LANGUAGES, N_, ngettext, speaking
from hub.languages import gettext as _
from tools import translations

HUB = Path(__file__).parents[2] / "hub"
TEMPLATES = sorted((HUB / "templates").rglob("*.*"))
OTHERS = [code for code in LANGUAGES if code != ENGLISH]
SAYING = {"_", "gettext", "ngettext"}
MARKS = {*SAYING, "N_", "lazily"}

pytestmark = pytest.mark.parametrize("code", OTHERS)


@pytest.fixture
def known(code: str) -> Catalog:
    return translations.catalogue(code)


def ids(found: Iterable[Message]) -> set[str]:
    return {str(message.id) for message in found if message.id}


def english(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def forms(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if message.pluralizable else (message.string,)


def test_the_catalogue_has_every_sentence_of_the_code_and_no_other(code: str, known: Catalog) -> None:
    wanted, there = ids(translations.sentences()), ids(known)
    assert sorted(wanted - there) == [], "run `make translations`, and translate what is new"
    assert sorted(there - wanted) == [], "run `make translations`: these are said no more"
    assert not known.obsolete


def test_every_sentence_is_translated_in_all_its_forms(code: str, known: Catalog) -> None:
    for message in known:
        if message.id:
            assert not message.fuzzy, message.id
            assert all(forms(message)), f"{message.id} has no translation"
            assert len(forms(message)) == (known.num_plurals if message.pluralizable else 1), message.id


def test_what_is_filled_in_is_the_same_in_both(code: str, known: Catalog) -> None:
    def filled(text: str) -> set[str]:
        return set(re.findall(r"%\(\w+\)s|(?<!%)\{\w+\}|</?\w+|%%", text))

    for message in known:
        if message.id:
            one, more = english(message)[0], english(message)[-1]
            for said in forms(message):
                assert filled(said) <= filled(more), said
                # A form may leave out its number ("bob awr" is every hour), and what English leaves out of its first.
                spared = {"%(num)s"} | (filled(more) - filled(one)) if message.pluralizable else set()
                assert filled(more) - filled(said) <= spared, said


def test_lines_and_edges_are_the_same_in_both(code: str, known: Catalog) -> None:
    for message in known:
        if message.id:
            more = english(message)[-1]
            for said in forms(message):
                assert more.count("\n") == said.count("\n"), said
                assert (more[:1].isspace(), more[-1:].isspace()) == (said[:1].isspace(), said[-1:].isspace())
                assert (more[-1] in ".:;?") == (said[-1] in ".:;?"), said


def test_the_file_that_the_hub_reads_is_what_the_catalogue_compiles_to(code: str, known: Catalog) -> None:
    place = translations.place_of(code)
    assert place.with_suffix(".mo").read_bytes() == translations.compiled(known), "run `make translations`"
    kept = place.read_text().splitlines(), translations.written(translations.updated(code)).decode().splitlines()
    # Where a sentence stands may change without anybody's translating.
    there, again = ([line for line in lines if not line.startswith("#:")] for lines in kept)
    assert there == again, "run `make translations`"


def test_a_number_is_said_in_the_form_that_the_language_has_for_it(code: str) -> None:
    with speaking("cy"):
        said = [ngettext("%(num)s result", "%(num)s results", number) for number in (0, 1, 2, 3, 4, 6, 1234)]
        assert _("Search") == "Chwilio"
    assert said == [
        *("0 canlyniad", "1 canlyniad", "2 ganlyniad", "3 chanlyniad"),
        *("4 canlyniad", "6 chanlyniad", "1,234 canlyniad"),
    ]
    assert ngettext("%(num)s result", "%(num)s results", 1) == "1 result"


def test_a_sentence_that_no_catalogue_has_is_said_in_english(code: str) -> None:
    with speaking(code):
        assert _(N_("Nobody has translated this.") + " 100 %") == "Nobody has translated this. 100 %"


def test_no_sentence_stands_where_it_cannot_be_found(code: str) -> None:
    """Within an f-string or another mark, or handed to `ngettext` by a name, whoever looks for sentences misses it."""
    wanted = {one for message in translations.sentences() if message.id for one in english(message)}
    unseen = [
        f"{path.relative_to(HUB)}:{call.lineno}"
        for path in (*HUB.glob("*.py"), *HUB.glob("*/**/*.py"))
        if path.relative_to(HUB).parts[0] not in ("cli", "demo")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in MARKS
        for one in call.args[: 2 if call.func.id == "ngettext" else 1]
        if (one.value not in wanted if isinstance(one, ast.Constant) else call.func.id == "ngettext")
    ]
    assert unseen == []


def test_templates_say_what_they_hold_themselves(code: str) -> None:
    """What `_` says is not escaped, so that sentences can hold links: it is never given what a reader has typed."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for path in TEMPLATES:
        for call in environment.parse(path.read_text()).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in SAYING:
                count = 2 if call.node.name == "ngettext" else 1
                assert all(isinstance(one, nodes.Const) for one in call.args[:count]), f"{path.name}: {call.lineno}"


def test_every_mail_names_its_language(code: str) -> None:
    without = [
        f"{path.relative_to(HUB)}:{call.lineno}"
        for path in HUB.glob("*/**/*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "queue_mail"
        if not any(given.arg == "language" for given in call.keywords)
    ]
    assert without == []
