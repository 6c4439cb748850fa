"""The kinds of sources, each in a module of its own that knows no other kind."""

from typing import Final

from harvesters.base import Kind
from harvesters.kinds.feed import FeedKind
from harvesters.kinds.folder import FolderKind
from harvesters.kinds.oaipmh import OaiPmhKind
from harvesters.kinds.sitemap import SitemapKind

KINDS: Final[dict[str, Kind]] = {
    "feed": FeedKind(),
    "sitemap": SitemapKind(),
    "oaipmh": OaiPmhKind(),
    "folder": FolderKind(),
}
"""By the name that is stored with a source, in the order in which they are proposed."""
