"""The form of an organisation: what was typed, kept as it was typed, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

from federation.record import clean, clean_line
from hub.errors import BadInput
from hub.languages import ENGLISH, LANGUAGES
from hub.languages import gettext as _
from hub.mail.addresses import mail_address
from hub.organisations.models import Organisation
from hub.organisations.service import SECTORS, Details, edition

_COLUMNS: Final = ("name", "area", "website", "contact_name", "contact_email", "contact_phone")
LONGEST: Final[dict[str, int]] = {
    **{one: getattr(Organisation.__table__.columns[one].type, "length", 0) for one in _COLUMNS},
    **{"other_names": 1_000, "about": 2_000, "domains": 1_000},
}
"""Letters that a field may have."""


@dataclass(frozen=True, slots=True)
class Typed:
    """Every field as it was typed. Other names and domains are one text each, with commas.

    `seen` is the edition that an edit began with. An organisation's own admin does not get `slug` and `domains`.
    """

    name: str = ""
    other_names: str = ""
    sector: str = ""
    area: str = ""
    about: str = ""
    website: str = ""
    contact_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    language: str = ENGLISH
    licence_uri: str = ""
    domains: str = ""
    trusted: str = ""
    slug: str = ""
    seen: str = ""


def typed_in(values: Mapping[str, str]) -> Typed:
    """What a request says."""
    told = {one.name: clean_line(values.get(one.name, str(one.default))) for one in fields(Typed)}
    return Typed(**told | {"about": clean(values.get("about", "")).strip()})


def typed_of(row: Organisation) -> Typed:
    """What an organisation says now, as its form shows it."""
    same = {one.name: getattr(row, one.name) for one in fields(Typed) if one.name not in ("trusted", "seen")}
    told = same | {"other_names": ", ".join(row.other_names), "domains": ", ".join(row.domains)}
    return Typed(**told, trusted="yes" if row.trusted else "", seen=edition(row))


def wrong_with(typed: Typed) -> dict[str, str]:
    """{field: what is wrong with it and what to do}, in the order of the page."""
    wrong: dict[str, str] = {}
    if not typed.name:
        wrong["name"] = _("Enter the organisation's name.")
    if typed.sector not in SECTORS:
        wrong["sector"] = _("Choose a sector.")
    if typed.website and not typed.website.startswith(("https://", "http://")):
        wrong["website"] = _("Enter the website's whole address, beginning with https://.")
    if typed.contact_email:
        try:
            mail_address(typed.contact_email)
        except BadInput:
            wrong["contact_email"] = _("This is no e-mail address. Enter one like team@example.gov.uk.")
    if typed.licence_uri and not typed.licence_uri.startswith(("https://", "http://")):
        wrong["licence_uri"] = _("Choose one of the licences.")
    if typed.language not in LANGUAGES:
        wrong["language"] = _("Choose one of the languages.")
    for name, longest in LONGEST.items():
        if len(getattr(typed, name)) > longest and name not in wrong:
            wrong[name] = _("Say it in at most %(num)s letters.", num=longest)
    return {one.name: wrong[one.name] for one in fields(Typed) if one.name in wrong}


def details_in(typed: Typed) -> Details:
    """What the form comes to, without what only an operator says."""
    told = {one.name: getattr(typed, one.name) for one in fields(Details)}
    return Details(**told | {"other_names": tuple(parts_of(typed.other_names))})


def parts_of(text: str) -> list[str]:
    """What stands between commas."""
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
