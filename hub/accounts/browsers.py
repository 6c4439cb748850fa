"""What a browser calls itself, in words for people: `Firefox on Windows`."""

from typing import Final

from hub.languages import N_
from hub.languages import gettext as _

NAMES: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("SamsungBrowser", N_("Samsung's browser")),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
"""Part of the name -> browser; the first that fits, as most of them also name the older ones."""

SYSTEMS: Final = (
    ("iPhone", N_("an iPhone")),
    ("iPad", N_("an iPad")),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", N_("a Mac")),
    ("CrOS", N_("a Chromebook")),
    ("Linux", "Linux"),
)


def browser_name(said: str) -> str:
    """In words; what it says itself where we know neither browser nor system."""
    name = next((_(name) for part, name in NAMES if part in said), "")
    system = next((_(system) for part, system in SYSTEMS if part in said), "")
    if name and system:
        return _("%(browser)s on %(system)s", browser=name, system=system)
    unnamed = _("A browser on %(system)s", system=system) if system else said[:60]
    return name or unnamed or _("A browser that does not say what it is")
