"""The languages of this hub's own words: what a page or a mail says, in the language of who reads it.

Every sentence is written in English where it is used, as `_("…")`, or `N_("…")` where it is a constant that is said
later; hub/translations holds the others. We speak the language of `speaking` (a mail); else that of the request, which
is, in this order:

1. `lang` of the address, which the browser then keeps (a cookie, no row: looking at a page writes nothing);
2. that cookie;
3. the language of the account of whoever is signed in;
4. what the browser asks for (Accept-Language);

and else English: so do commands and logs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import flask_babel
from babel.support import LazyProxy, NullTranslations, Translations
from flask import Flask, Response, current_app, g, has_request_context, request
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

ENGLISH: Final = "en"
LANGUAGES: Final[dict[str, str]] = {ENGLISH: "English", "cy": "Cymraeg"}
"""Code -> what a language calls itself."""

FOLDER: Final = Path(__file__).with_name("translations")
COOKIE: Final = "moothall-language"
A_YEAR: Final = 365 * 86400
SPOKEN: Final = ("text/html", "text/csv", "application/atom+xml")
"""What is written in a language; the rest is for machines."""

_spoken: ContextVar[str] = ContextVar("moothall_spoken", default="")
_asked: ContextVar[str] = ContextVar("moothall_asked", default="")
"""That of the request, once it is known; asked several hundred times a page, so it stands where it is found quickly."""


def language() -> str:
    """The code of the language in which we speak now."""
    if spoken := _spoken.get() or _asked.get():
        return spoken
    if not has_request_context():
        return ENGLISH
    found = _chosen()
    _asked.set(found)
    return found


def _chosen() -> str:
    for code in (request.args.get("lang"), request.cookies.get(COOKIE), g.get("own_language")):
        if code in LANGUAGES:
            return str(code)
    return request.accept_languages.best_match(list(LANGUAGES), ENGLISH) or ENGLISH


def prefer(code: str) -> None:
    """Whoever makes this request has chosen this language for their account."""
    g.own_language = code
    _asked.set("")


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Within, we speak this language whatever the request says: for mails. English for one that we do not have."""
    token = _spoken.set(code if code in LANGUAGES else ENGLISH)
    try:
        yield
    finally:
        _spoken.reset(token)


def N_(message: str) -> str:
    """Marks a constant that is said later, by `gettext`."""
    return message


def lazily(message: str) -> Any:
    """What is made once and said at each request, as the message of a form's validator."""
    return LazyProxy(gettext, message, enable_cache=False)


def gettext(message: str, /, **words: Any) -> str:
    """`message` in the language we speak, with `%(name)s` filled in from `words` where there are any."""
    said = _said(language(), message)
    return said % words if words else said


def ngettext(one: str, more: str, number: int, /, **words: Any) -> str:
    """`one` or `more`, as the language has it for `number`, which stands in them as `%(num)s`: `86,412`."""
    said = _counting(language(), one, more, number)
    return said % {"num": f"{number:,}", **words} if "%" in said else said


def install(app: Flask) -> None:
    """Give the app's templates `_`, `ngettext` and `trans`, and every answer its language."""
    babel = flask_babel.Babel(configure_jinja=False)
    babel.init_app(app, default_locale=ENGLISH, default_translation_directories=str(FOLDER), locale_selector=language)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.newstyle_gettext = True  # type: ignore[attr-defined]
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.globals.update(
        _=_shown, gettext=_shown, ngettext=_counted, language=language, feed_language=feed_language
    )
    app.before_request(_begin)
    app.after_request(_told)
    app.teardown_request(_begin)


def _begin(_error: BaseException | None = None) -> None:
    """Nothing is known of the next request of this thread."""
    _asked.set("")


def keep(response: BaseResponse, code: str) -> None:
    """Have the browser keep this language."""
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(COOKIE, code, max_age=A_YEAR, path="/", httponly=True, samesite="Lax", secure=secure)


def feed_language() -> str | None:
    """The `lang` of the address of a feed, which no reader asks for by cookie; None for English."""
    spoken = language()
    return None if spoken == ENGLISH else spoken


def _told(response: Response) -> Response:
    """What an answer says about its language; one that was asked for by name is kept."""
    if request.endpoint == "static":
        return response
    response.vary.add("Accept-Language")
    if response.mimetype in SPOKEN:
        response.headers.setdefault("Content-Language", language())
    asked = request.args.get("lang")
    if asked in LANGUAGES and request.cookies.get(COOKIE) != asked:
        keep(response, str(asked))
    return response


# Templates say these several hundred times a page: what does not change from one time to the next is kept.


@pass_eval_context
def _shown(context: EvalContext, message: str, /, **words: Any) -> str:
    said = _marked(language(), message) if context.autoescape else _said(language(), message)
    return said % words if "%" in said else said


@pass_eval_context
def _counted(context: EvalContext, one: str, more: str, number: int, /, **words: Any) -> str:
    said = _counting(language(), one, more, number)
    words.setdefault("num", f"{number:,}")
    return (Markup(said) if context.autoescape else said) % words if "%" in said else said


@lru_cache(maxsize=8192)
def _said(code: str, message: str) -> str:
    return str(_translations(code).ugettext(message))


@lru_cache(maxsize=8192)
def _counting(code: str, one: str, more: str, number: int) -> str:
    return str(_translations(code).ungettext(one, more, number))


@lru_cache(maxsize=8192)
def _marked(code: str, message: str) -> Markup:
    return Markup(_said(code, message))


@cache
def _translations(code: str) -> NullTranslations:
    return Translations.load(FOLDER, [code]) if code != ENGLISH else NullTranslations()
