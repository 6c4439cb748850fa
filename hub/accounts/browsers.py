"""What a browser calls itself, in words for people: `Firefox on Windows`."""

from typing import Final

NAMES: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("SamsungBrowser", "Samsung's browser"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
"""Part of the name -> browser; the first that fits, as most of them also name the older ones."""

SYSTEMS: Final = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "a Mac"),
    ("CrOS", "a Chromebook"),
    ("Linux", "Linux"),
)


def browser_name(said: str) -> str:
    """In words; what it says itself where we know neither browser nor system."""
    name = next((name for part, name in NAMES if part in said), "")
    system = next((system for part, system in SYSTEMS if part in said), "")
    if name and system:
        return f"{name} on {system}"
    return name or (f"A browser on {system}" if system else said[:60]) or "A browser that does not say what it is"
