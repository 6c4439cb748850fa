"""The languages of this hub's own words: what a page or a mail says, in the language of who reads it.

Every sentence is written in English where it is used, as `_("…")`; hub/translations holds the others. The language is
that of `speaking`, else that of the request, else English (commands and logs).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, Final

import flask_babel
from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context

ENGLISH: Final = "en"
LANGUAGES: Final[dict[str, str]] = {ENGLISH: "English", "cy": "Cymraeg"}
"""Code -> what a language calls itself."""

FOLDER: Final = Path(__file__).with_name("translations")

_spoken: ContextVar[str] = ContextVar("moothall_spoken", default="")


def language() -> str:
    """The code of the language in which we speak now."""
    if spoken := _spoken.get():
        return spoken
    if not has_request_context():
        return ENGLISH
    locale = flask_babel.get_locale()
    return ENGLISH if locale is None else str(locale.language)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Within, we speak this language whatever the request says: for mails. English for one that we do not have."""
    token = _spoken.set(code if code in LANGUAGES else ENGLISH)
    try:
        yield
    finally:
        _spoken.reset(token)


def gettext(message: str, /, **words: Any) -> str:
    """`message` in the language we speak, with `%(name)s` filled in from `words` where there are any."""
    said = str(_translations(language()).ugettext(message))
    return said % words if words else said


def ngettext(one: str, more: str, number: int, /, **words: Any) -> str:
    """`one` or `more`, as the language has it for `number`, which stands in them as `%(num)s`."""
    return str(_translations(language()).ungettext(one, more, number)) % {"num": number, **words}


def install(app: Flask, choose: Callable[[], str]) -> None:
    """Give the app's templates `_`, `ngettext` and `trans`; `choose` says which language a request speaks."""
    babel = flask_babel.Babel(configure_jinja=False)
    babel.init_app(app, default_locale=ENGLISH, default_translation_directories=str(FOLDER), locale_selector=choose)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda message: _translations(language()).ugettext(message),
        ngettext=lambda one, more, number: _translations(language()).ungettext(one, more, number),
        newstyle=True,
    )


@cache
def _translations(code: str) -> NullTranslations:
    return Translations.load(FOLDER, [code]) if code != ENGLISH else NullTranslations()
