"""The hub's own look: two colours that must be read by everybody, the stylesheet made of them, and its logo."""

import base64
import hashlib
import re
from functools import lru_cache
from typing import Final

from sqlalchemy import delete
from sqlalchemy.orm import Session

from harvesters.base import Sandbox
from harvesters.errors import ReadError
from hub.db import alone
from hub.errors import BadInput
from hub.languages import gettext as _
from hub.setup.house import House
from hub.setup.models import SETTLING, Logo

LEAST: Final = 4.5
"""The contrast that WCAG 2.2 wants between words and what is behind them (1.4.3)."""

WHITE: Final = "#ffffff"
INK: Final = "#1b2420"
HALL: Final = "#0f4a3c"
ACCENT: Final = "#ffc533"
"""Our own colours, where a hub has none."""

COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
LARGEST_LOGO: Final = 900_000
"""Bytes of a picture that is sent."""


def contrast(one: str, other: str) -> float:
    """The contrast of two colours by WCAG 2.2, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    def linear(part: int) -> float:
        value = part / 255
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(part) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def mixed(colour: str, other: str, share: float) -> str:
    """The colour with a share of another in it."""
    pairs = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(one * (1 - share) + two * share):02x}" for one, two in pairs)


def wrong_colours(hall: str, accent: str) -> dict[str, str]:
    """{field: why it cannot be used, with what would do}."""
    wrong: dict[str, str] = {}
    for name, colour, other in (("hall", hall, WHITE), ("accent", accent, INK)):
        if not colour:
            continue
        if not COLOUR.fullmatch(colour):
            wrong[name] = _("Write a colour as # and six digits or letters from a to f, like #0f4a3c.")
        elif (there := contrast(colour, other)) < LEAST:
            words = _("white") if other == WHITE else _("dark")
            darker = _("darker") if other == WHITE else _("lighter")
            wrong[name] = _(
                "Its contrast with the %(words)s letters on it is %(there)s to 1, and 4.5 to 1 is the least that "
                "everybody can read. Take a %(darker)s one.",
                words=words,
                there=f"{int(there * 10) / 10:.1f}",
                darker=darker,
            )
    return wrong


def stylesheet(house: House) -> str:
    """The hub's colours over ours; nothing where it has none. Every shade is made of one of the two."""
    rules: list[str] = []
    if house.hall:
        shades = {
            "hall": house.hall,
            "hall-deep": mixed(house.hall, "#000000", 0.3),
            "hall-soft": mixed(house.hall, WHITE, 0.9),
        }
        rules.append(f":root {{ {' '.join(f'--{name}: {colour};' for name, colour in shades.items())} }}")
        rules.append(".hero .lead, .figures dt { color: #fff; }")
    if house.accent:
        rules.append(f":root {{ --focus: {house.accent}; --mark: {mixed(house.accent, WHITE, 0.6)}; }}")
    return "\n".join(rules) + "\n" if rules else ""


@lru_cache(maxsize=4)
def look_of(house: House) -> str:
    """Stands for the stylesheet in its address, so that a changed one is loaded anew; empty where there is none."""
    sheet = stylesheet(house)
    return hashlib.sha256(sheet.encode()).hexdigest()[:12] if sheet else ""


def draw_logo(sandbox: Sandbox, data: bytes) -> Logo:
    """The picture drawn anew, in the sandbox. BadInput for what is none of the formats, too large, or broken."""
    if len(data) > LARGEST_LOGO:
        raise BadInput(_("The picture is larger than 900 kB. Save it smaller: 400 by 100 dots are enough."), "logo")
    try:
        drawn = sandbox.read("picture", data, width=600, height=200)
    except ReadError as error:
        if error.problem.code == "unknown-format":
            raise BadInput(_("This is no PNG, JPEG or WebP picture. SVG is not taken."), "logo") from error
        raise BadInput(_("The picture cannot be read. Save it again, as PNG."), "logo") from error
    content = base64.b64decode(drawn["png"])
    hashed = hashlib.sha256(content).hexdigest()
    return Logo(hashed=hashed, content=content, width=drawn["width"], height=drawn["height"])


def keep_logo(session: Session, logo: Logo | None) -> dict[str, str | int]:
    """Keep this picture in place of the former one, or none; what `settle` is to be told."""
    # The same form sent twice at once would else keep the same picture twice.
    alone(session, SETTLING)
    session.execute(delete(Logo))
    if logo is None:
        return {"logo": "", "logo_width": 0, "logo_height": 0}
    session.add(logo)
    return {"logo": logo.hashed, "logo_width": logo.width, "logo_height": logo.height}
