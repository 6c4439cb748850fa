"""Whose name a name is: what publishers call their author is kept where it is an organisation, never a person's.

Nobody can tell every name; what is not plainly an organisation is taken for a person and left out. So a hub that
collects what organisations publish holds no lists of their staff.
"""

import html
import json
import re
from collections.abc import Iterable
from typing import Final

_ORGANISATIONS: Final = """
academy agency alliance archive archives assembly association authority board body borough brigade bureau cabinet campus
care cathedral centre center charity church city clinic club coalition college combined commission commissioner
commissioners committee community communications comms company confederation consortium constabulary corporate
cooperative corporation council councils county department dept desk directorate district division editorial enquiries
executive federation fire force forum foundation fund gallery government group headquarters health healthcare helpdesk
hospital hospitals housing hub inspectorate institute institution judiciary library libraries limited ltd llp media
ministry museum network newsroom nhs office ombudsman organisation organization panel parish parliament partnership
party plc police press programme project publications rescue research school schools secretariat section service
services society standards station support taskforce team theatre town trade trust tribunal unit university village
ward web webteam webmaster working workforce

cyngor heddlu tân gwasanaeth gwasanaethau bwrdd iechyd prifysgol ysgol ysgolion llyfrgell tîm adran swyddfa uned gofal
llywodraeth awdurdod ymddiriedolaeth amgueddfa cymdeithas canolfan coleg

gemeente provincie politie brandweer dienst stichting ministerie raad afdeling bibliotheek universiteit waterschap ggd
redactie vereniging kommun kommunen region regionen polisen räddningstjänsten myndighet förvaltning stad nämnd bibliotek
universitet redaktion stadt gemeinde kreis amt polizei feuerwehr behörde ministerium bibliothek universität verein
stiftung verwaltung
"""
ORGANISATION_WORDS: Final = frozenset(_ORGANISATIONS.split())
"""Words that stand in names of organisations and their parts, in our languages, and hardly in those of persons."""

_OFFICES: Final = """
admin contact contactcentre customer customerservices dataprotection digital dpo editor enquiry feedback foi hello help
improvement info information inquiry licensing mail news noreply planning post postbus pressoffice privacy records
redaktie requests safety statistics webadmin website gwybodaeth ymholiadau cyswllt
"""
OFFICE_WORDS: Final = ORGANISATION_WORDS | frozenset(_OFFICES.split())
"""Words before the `@` of an address that is no person's."""

LEFT_OUT: Final = "[name left out]"

SHORTEST: Final = 4
"""Letters that a word must have to be looked for in an item as it came: shorter ones stand in other words."""

_MARK: Final = "\uffff"
"""Stands for what is left out while other words are looked for: a sign that no cleaned text has."""

_MAIL: Final = re.compile(r"(?<![^\s,;<>()@])[^\s,;<>()@]++@[^\s,;<>()@]+\.[^\s,;<>()@]+")
_PHONE: Final = re.compile(r"\+?[\d\s()/.-]{6,20}")
_WORD: Final = re.compile(r"[^\W\d_]+")


def is_organisation(name: str) -> bool:
    """Whether this is plainly the name of an organisation, a part of one, or its initials."""
    if _MAIL.search(name):
        return is_office(name)
    words = _WORD.findall(name)
    if any(word.lower() in ORGANISATION_WORDS for word in words):
        return True
    return len(words) == 1 and words[0].isupper() and 2 <= len(words[0]) <= 8


def is_office(address: str) -> bool:
    """Whether the part before the `@` names an office: `press.office@`, not `jane.smith@`."""
    found = _MAIL.search(address)
    local = (found[0] if found else address).partition("@")[0].lower()
    return any(word in OFFICE_WORDS for word in _WORD.findall(local))


def organisations_of(names: list[str]) -> list[str]:
    """Those that are organisations, once each, in their order."""
    return [name for name in dict.fromkeys(names) if name and is_organisation(name)]


def leave_out(text: str, words: Iterable[str]) -> str:
    """A text as it came, in whatever notation, without these words."""
    # What stands in their place is not searched itself: words that it is made of would make it grow without end.
    text = text.replace(LEFT_OUT, _MARK)
    for word in words:
        if len(word) >= SHORTEST:
            for form in {word, html.escape(word), html.escape(word, quote=False), json.dumps(word)[1:-1]}:
                text = text.replace(form, _MARK)
    return text.replace(_MARK, LEFT_OUT)


def parts_of(author: str) -> list[str]:
    """What names somebody in `jane.smith@x.example (Jane Smith)`: the whole, the address, the name."""
    around = [one.strip() for one in re.split(r"[()<>,;]", author)]
    return [one for one in dict.fromkeys([author, *around]) if one]


def office_contact(contact: str) -> str:
    """A line that says whom to ask, without persons: `Jane Smith, Press office, 01632 960001` -> the last two."""
    parts = [part.strip() for part in re.split(r"[,;|]\s*|\s+\(|\)", contact) if part and part.strip()]
    kept = [part for part in parts if _PHONE.fullmatch(part) or is_organisation(part)]
    if len(kept) == len(parts):
        return contact
    # A telephone number alone may be that of the person.
    return ", ".join(kept) if any(not _PHONE.fullmatch(part) for part in kept) else ""
