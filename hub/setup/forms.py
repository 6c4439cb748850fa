"""The form of the hub itself: what was typed, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final

from federation.record import clean, clean_line
from hub.errors import BadInput
from hub.languages import gettext as _
from hub.mail.addresses import mail_address
from hub.setup.house import WHO_MAY_REGISTER, House
from hub.setup.look import wrong_colours

LONGEST: Final[dict[str, int]] = {
    **{"name": 60, "run_by": 200, "contact": 200, "welcome": 300},
    **{"privacy_contact": 200, "accessibility_contact": 200, "accessibility_gaps": 1000},
}

CONTACTS: Final = ("contact", "privacy_contact", "accessibility_contact")
DAYS: Final = ("accessibility_prepared", "accessibility_reviewed")


@dataclass(frozen=True, slots=True)
class Typed:
    """Every field as it was typed. Each line of `accessibility_gaps` is one of them."""

    name: str = ""
    run_by: str = ""
    contact: str = ""
    welcome: str = ""
    privacy_contact: str = ""
    accessibility_contact: str = ""
    accessibility_prepared: str = ""
    accessibility_reviewed: str = ""
    accessibility_gaps: str = ""
    hall: str = ""
    accent: str = ""
    registering: str = ""
    people_wait: str = ""
    sources_wait: str = ""
    staff_second_factor: str = ""
    without_logo: str = ""


def typed_in(values: Mapping[str, str]) -> Typed:
    """What a request says."""
    told = {one.name: clean_line(values.get(one.name, "")) for one in fields(Typed)}
    told |= {name: _colour(told[name]) for name in ("hall", "accent")}
    return Typed(**told | {"accessibility_gaps": clean(values.get("accessibility_gaps", "")).strip()})


def _colour(text: str) -> str:
    text = text.lower()
    return f"#{text}" if len(text) == 6 and text[0] != "#" else text


def typed_of(house: House) -> Typed:
    """What is settled now, as the form shows it."""
    told = {one.name: getattr(house, one.name) for one in fields(Typed) if one.name != "without_logo"}
    return Typed(
        **{name: ("yes" if value else "") if isinstance(value, bool) else value for name, value in told.items()}
    )


def wrong_with(typed: Typed) -> dict[str, str]:
    """{field: what is wrong with it and what to do}, in the order of the page."""
    wrong: dict[str, str] = {}
    for name, longest in LONGEST.items():
        if len(getattr(typed, name)) > longest:
            wrong[name] = _("Say it in at most %(num)s letters.", num=longest)
    wrong |= {name: said for name in CONTACTS if (said := _wrong_contact(getattr(typed, name)))}
    wrong |= {name: said for name in DAYS if (said := _wrong_day(getattr(typed, name)))}
    wrong |= wrong_colours(typed.hall, typed.accent)
    if typed.registering not in WHO_MAY_REGISTER:
        wrong["registering"] = _("Choose who may make an account.")
    return wrong


def _wrong_contact(contact: str) -> str:
    if "@" in contact:
        try:
            mail_address(contact)
        except BadInput:
            return _("This is no e-mail address. Enter one like hub@example.gov.uk.")
    elif contact and not contact.startswith(("https://", "http://")):
        return _("Enter an e-mail address, or the address of a page beginning with https://.")
    return ""


def _wrong_day(day: str) -> str:
    try:
        date.fromisoformat(day or "2026-11-27")
    except ValueError:
        return _("Enter a day as year, month and day, like 2026-11-27.")
    return ""


def told_in(typed: Typed, default: House) -> dict[str, Any]:
    """What the form comes to, for `settle`; a field that was emptied is as the default says."""
    told: dict[str, Any] = {}
    for one in fields(Typed):
        if one.name == "without_logo":
            continue
        otherwise, value = getattr(default, one.name), getattr(typed, one.name)
        told[one.name] = value == "yes" if isinstance(otherwise, bool) else value or otherwise
    return told
