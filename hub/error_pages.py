"""What people read when something goes wrong: a sentence in plain words, and no more about the hub than they need."""

import logging
import secrets
from typing import Any, Final

from flask import Flask, render_template, request
from sqlalchemy.exc import DataError, DBAPIError
from werkzeug.exceptions import HTTPException

from hub import web
from hub.db import NO_ANSWER
from hub.errors import HubError, NotAllowed
from hub.languages import N_
from hub.languages import gettext as _

WRONG: Final = N_("Something went wrong")
OUR_FAULT: Final = N_("Something went wrong on our side")
AGAIN: Final = N_("Go back and try again.")

TITLES: Final[dict[int, str]] = {
    400: N_("That request cannot be used"),
    403: N_("You may not do that"),
    404: N_("There is no such page"),
    405: N_("That cannot be done here"),
    409: N_("Not now"),
    429: N_("That was too often"),
    410: N_("That is no longer kept"),
    413: N_("That is too large"),
    503: N_("A part of the hub is resting"),
}

log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Every error of a request is answered by a page."""
    app.register_error_handler(HubError, _hub_error)
    app.register_error_handler(HTTPException, _http_error)
    for error in NO_ANSWER:
        app.register_error_handler(error, _database_error)
    app.register_error_handler(DataError, _data_error)
    app.register_error_handler(Exception, _unforeseen)


def _hub_error(error: HubError) -> Any:
    if isinstance(error, NotAllowed):
        log.warning("Refused to %s: %s %s", web.actor().person_id or "a stranger", request.method, request.endpoint)
    return _page(error.status, _(TITLES.get(error.status, OUR_FAULT)), str(error))


def _http_error(error: HTTPException) -> Any:
    status = error.code or 500
    if status < 400:
        return error
    sentences = {
        400: N_("The address or the form was not complete. Go back, load the page again and try once more."),
        404: N_("It may have moved, or the address may have a slip in it. Search for what you were looking for."),
        405: N_("Use the buttons of the page instead."),
        413: N_("Send less at once."),
    }
    page, _status, headers = _page(
        status,
        _(TITLES.get(status, WRONG)),
        _(sentences.get(status, AGAIN)),
    )
    allow = dict(error.get_headers()).get("Allow")
    return page, status, {**headers, "Allow": allow} if allow else headers


def _database_error(error: DBAPIError) -> Any:
    log.error("The database did not answer: %s", error.orig)
    return _page(503, _(TITLES[503]), _("The database does not answer at the moment. Try again in a minute."))


def _data_error(error: DataError) -> Any:
    log.warning("The database refused a value at %s: %s", request.path, error.orig)
    return _page(400, _(TITLES[400]), _("Something in it is too long, too large or no text. Shorten it and try again."))


def _unforeseen(error: Exception) -> Any:
    reference = secrets.token_hex(4)
    log.error("Unforeseen error %s at %s", reference, request.path, exc_info=error)
    sentence = _(
        "It is our fault, and it was noted. Try again; if it stays, tell whoever runs this hub the number below."
    )
    return _page(500, _(OUR_FAULT), sentence, reference)


def _page(status: int, title: str, sentence: str, reference: str = "") -> tuple[str, int, dict[str, str]]:
    headers = {"Retry-After": "10"} if status == 503 else {}
    body = render_template("errors/error.html", status=status, title=title, sentence=sentence, reference=reference)
    return body, status, headers
