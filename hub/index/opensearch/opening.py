"""What reads and writes the index on the server that the settings name."""

from hub.config import Settings
from hub.index.base import IndexReader, IndexWriter, SavedMatcher
from hub.index.dictionary import Dictionary
from hub.index.opensearch.address import read_address
from hub.index.opensearch.matcher import OpenSearchMatcher
from hub.index.opensearch.reader import OpenSearchReader
from hub.index.opensearch.server import MATCHING, READING, WRITING, Server
from hub.index.opensearch.shape import Names, fingerprint
from hub.index.opensearch.writer import OpenSearchWriter


def open_opensearch(settings: Settings) -> tuple[IndexReader, IndexWriter, SavedMatcher]:
    """Nothing touches the server before its first call. BadInput for an address that cannot be used."""
    address = read_address(settings.search_url)
    names = Names(address.prefix, fingerprint())
    dictionary = Dictionary(settings.cache)
    reader = OpenSearchReader(Server(address, READING), names, dictionary, settings.secret)
    matcher = OpenSearchMatcher(Server(address, MATCHING), names, dictionary)
    return reader, OpenSearchWriter(Server(address, WRITING), names), matcher
