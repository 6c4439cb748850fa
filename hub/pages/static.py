"""Pages of words: help, about, privacy and accessibility."""

from datetime import date

from flask import Blueprint, render_template

from hub.accounts.sessions import cookie_name, form_cookie
from hub.config import Settings
from hub.governance.nights import last_night
from hub.governance.retention import RULES
from hub.languages import COOKIE
from hub.languages import gettext as _
from hub.setup.house import agent_of, house
from hub.web import database, part, policy

blueprint = Blueprint("static_pages", __name__)


@blueprint.get("/help")
@policy("read")
def help() -> str:
    """How to search, what the words mean, how a site gets in."""
    return render_template("static_pages/help.html")


@blueprint.get("/about")
@policy("read")
def about() -> str:
    """Who runs this hub, how it visits sites, and how to reach it."""
    agent = agent_of(house(), part("settings"))
    return render_template("static_pages/about.html", hub_contact=house().contact, user_agent=agent)


@blueprint.get("/privacy")
@policy("read")
def privacy() -> str:
    """Who is responsible, what is kept of people and how long, their rights, and cookies."""
    with database().reading() as session:
        last = last_night(session)
        return render_template(
            "static_pages/privacy.html",
            contact=house().privacy_contact or house().contact,
            rules=RULES,
            last=last.ended if last else None,
            cookies=_cookies(),
        )


def _cookies() -> list[tuple[str, str, str]]:
    """(name, what for, how long) of every cookie that the hub may set."""
    settings: Settings = part("settings")
    return [
        (cookie_name(settings), _("that you are signed in"), _("12 hours, or 30 days if you ask to stay signed in")),
        (form_cookie(settings), _("that a form was sent by you and by nobody else"), _("until you close the browser")),
        (COOKIE, _("the language that you chose"), _("a year")),
    ]


@blueprint.get("/accessibility")
@policy("read")
def accessibility() -> str:
    """The statement that the regulations of 2018 ask for."""
    now = house()
    return render_template(
        "static_pages/accessibility.html",
        address=part("settings").base_url,
        contact=now.accessibility_contact or now.contact,
        prepared=_day(now.accessibility_prepared),
        reviewed=_day(now.accessibility_reviewed),
        gaps=[one for one in now.accessibility_gaps.splitlines() if one.strip()],
    )


def _day(told: str) -> date | None:
    """A day of the settings; None for none, and for what is no day."""
    try:
        return date.fromisoformat(told) if told else None
    except ValueError:
        return None
