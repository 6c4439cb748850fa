"""The six member sites: SITES says who they are; each is a small real HTTP server on loopback of another shape."""

from dataclasses import dataclass
from typing import Final

from hub.demo.sites.atom import Brackendale
from hub.demo.sites.folder import Dyffryn
from hub.demo.sites.moved import Noordhaven
from hub.demo.sites.oai import Trentside
from hub.demo.sites.rss import Westmarch
from hub.demo.sites.server import Site
from hub.demo.sites.website import Calder
from hub.demo.texts import LICENCES


@dataclass(frozen=True, slots=True)
class Member:
    """A made-up organisation, its site, and how that site is registered."""

    site: type[Site]
    name: str
    sector: str
    area: str
    about: str
    contact_name: str
    contact_email: str
    contact_phone: str
    kind: str
    path: str
    source: str
    language: str = "en"
    other_names: tuple[str, ...] = ()
    licence: str = LICENCES["ogl"]


SITES: Final[dict[str, Member]] = {
    "brackendale": Member(
        Brackendale,
        "Brackendale Council",
        "council",
        "Brackendale, England",
        "A unitary council of 240,000 people, half of them in one town.",
        "Corporate improvement team",
        "improvement@brackendale.example",
        "01632 960 101",
        "feed",
        "/practice.atom",
        "Brackendale practice and policy",
        other_names=("Brackendale Borough", "BC"),
    ),
    "westmarch": Member(
        Westmarch,
        "Westmarch Police",
        "police",
        "Westmarch, England",
        "The police force of two counties, 2,100 officers.",
        "Evidence-based policing unit",
        "ebp@westmarch-police.example",
        "01632 960 102",
        "feed",
        "/rss.xml",
        "Westmarch Police: what works",
        other_names=("Westmarch Constabulary",),
    ),
    "calder": Member(
        Calder,
        "Calder Fire and Rescue",
        "fire",
        "Calder valleys, England",
        "Nineteen stations, eleven of them on call.",
        "Prevention department",
        "prevention@calder-fire.example",
        "01632 960 103",
        "sitemap",
        "/sitemap.xml",
        "Calder Fire and Rescue website",
        other_names=("CFRS", "Calder Fire Brigade"),
    ),
    "trentside": Member(
        Trentside,
        "Trentside NHS Trust",
        "health",
        "Trentside, England",
        "Two hospitals and community services for 600,000 people.",
        "Quality improvement library",
        "library@trentside-nhs.example",
        "01632 960 104",
        "oaipmh",
        "/oai",
        "Trentside quality improvement repository",
        other_names=("Trentside Hospitals",),
    ),
    "dyffryn": Member(
        Dyffryn,
        "Cyngor Dyffryn",
        "council",
        "Dyffryn, Wales",
        "A Welsh county council; it publishes in Welsh and in English.",
        "Tîm gwella / Improvement team",
        "gwella@dyffryn.example",
        "01632 960 105",
        "folder",
        "/dogfennau/",
        "Dogfennau Cyngor Dyffryn",
        language="cy",
        other_names=("Dyffryn Council",),
    ),
    "noordhaven": Member(
        Noordhaven,
        "Gemeente Noordhaven",
        "council",
        "Noordhaven, the Netherlands",
        "A Dutch port town, publishing together with its partner town Vasterlund in Sweden.",
        "Team Kennisdeling",
        "kennis@noordhaven.example",
        "",
        "feed",
        "/oud/feed",
        "Noordhaven en Vasterlund: ervaringen",
        language="nl",
        other_names=("Noordhaven", "Vasterlund"),
        licence=LICENCES["cc-by"],
    ),
}
