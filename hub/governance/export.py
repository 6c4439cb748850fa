"""“Download my data”: a ZIP with everything as JSON, and as a page that reads well without the hub."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from hub.db import now
from hub.governance.holdings import Rows, told, whom
from hub.languages import N_

HEADINGS: Final[dict[str, str]] = {
    "account": N_("Your account"),
    "memberships": N_("Organisations that you belong to"),
    "memberships_asked_for": N_("Organisations that you wait to belong to"),
    "communities": N_("Communities that you belong to"),
    "communities_asked_to_join": N_("Communities that you have asked to join"),
    "invited_to_communities": N_("Communities that you are invited to"),
    "invited_others_to_communities": N_("Whom you have invited to communities"),
    "duties": N_("What you answer for"),
    "sign_ins": N_("Where you are signed in"),
    "second_factors": N_("What you sign in with beside the password"),
    "organisation_sign_ins": N_("Who you are at the sign-in of your organisation"),
    "addresses_asked_for": N_("Addresses that you want to change to"),
    "invitations_received": N_("Invitations to you"),
    "invitations_sent": N_("Invitations that you sent"),
    "what_you_did": N_("What you did, as the log has it"),
    "mails": N_("Mails to you"),
    "profile": N_("Your profile, and who may see what of it"),
    "letters": N_("Letters that you wrote and got through the hub"),
    "letters_refused": N_("Since when you take no letters from somebody"),
    "reports": N_("What you reported"),
    "posts": N_("What you wrote in communities"),
    "votes": N_("What you voted for"),
    "reports_of_posts": N_("What you reported in communities"),
    "decided_in_the_queue": N_("What you decided in the moderation queue"),
    "decided_about_you": N_("What was decided about what you wrote or asked for"),
    "decisions": N_("What you decided about documents"),
    "named_as_contact": N_("Where you are named as whom to ask"),
}
"""What there is, in the order of the page; what has no heading yet comes last, by its own name."""

STYLE_FILE: Final = "style.css"
STYLE: Final = """\
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b2420; }
h2 { margin-top: 2.5rem; border-top: 1px solid #dcd7ca; padding-top: 1rem; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .25rem 1rem; margin: 0 0 1.25rem; }
dt { color: #55605a; } dd { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
"""

Render = Callable[..., str]


def personal_data(session: Session, person_id: str, *, hub: str, render: Render) -> bytes:
    """The ZIP. `render` makes the page of a template's name and values."""
    who = whom(session, person_id)
    held = told(session, who)
    made = now()
    page = render(
        "parts/personal_data.html",
        held=_shown(held),
        headings=HEADINGS,
        who=who,
        hub=hub,
        made=made,
        style=STYLE_FILE,
    )
    told_of = {"hub": hub, "made": made, "person": who.person_id, "data": held}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(told_of, default=_plain, ensure_ascii=False, indent=2))
        archive.writestr("data.html", page)
        archive.writestr(STYLE_FILE, STYLE)
    return out.getvalue()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value)


def _shown(held: dict[str, Rows]) -> list[tuple[str, list[list[tuple[str, str]]]]]:
    """(what, its rows as (name, value) pairs) in the order of HEADINGS."""
    order = list(HEADINGS)
    names = sorted(held, key=lambda what: order.index(what) if what in order else len(order))
    return [
        (what, [[(_name(name), _words(value)) for name, value in row.items()] for row in held[what]]) for what in names
    ]


def _name(name: str) -> str:
    return name.replace("_", " ")


def _words(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%-d %B %Y, %H:%M} UTC"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{_name(name)}: {_words(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(map(_words, value))
    return "" if value is None else str(value)
