"""The sitemaps that a site names in its robots.txt."""

import re
from typing import Final
from urllib.parse import urljoin

from harvesters.answers import GONE
from harvesters.base import Response, Tools
from harvesters.errors import HarvestError
from harvesters.politeness import ROBOTS_CAP

MOST: Final = 50
_LINE: Final = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.I | re.M)


def sitemaps_named(root: str, tools: Tools) -> list[str]:
    """The sitemaps that robots.txt names (sitemaps.org, "Specifying the Sitemap location in your robots.txt file")."""
    try:
        return sitemaps_in(tools.http.get(urljoin(root, "/robots.txt")))
    except HarvestError:
        return []


def sitemaps_in(response: Response) -> list[str]:
    """The same of a robots.txt that was fetched already."""
    if response.status in GONE:
        return []
    named = _LINE.findall(response.body[:ROBOTS_CAP].decode("utf-8", "replace"))
    return list(dict.fromkeys(urljoin(response.url, one) for one in named))[:MOST]
