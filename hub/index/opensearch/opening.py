"""What reads and writes the index on the server that the settings name."""

from hub.config import Settings
from hub.index.base import SavedMatcher
from hub.index.dictionary import Dictionary
from hub.index.opensearch.address import read_address
from hub.index.opensearch.matcher import OpenSearchMatcher
from hub.index.opensearch.reader import OpenSearchReader
from hub.index.opensearch.server import MATCHING, READING, WRITING, Server
from hub.index.opensearch.shape import Names, fingerprint
from hub.index.opensearch.writer import OpenSearchWriter
from hub.index.sides import SidedReader, SidedWriter


def open_opensearch(settings: Settings) -> tuple[SidedReader, SidedWriter, SavedMatcher]:
    """Nothing touches the server before its first call. BadInput for an address that cannot be used."""
    address = read_address(settings.search_url)
    names = Names(address.prefix, fingerprint())
    restricted = Names(f"{address.prefix}-restricted", fingerprint(restricted=True))
    dictionary = Dictionary(settings.cache)
    reading, writing = Server(address, READING), Server(address, WRITING)
    reader = SidedReader(
        OpenSearchReader(reading, names, dictionary, settings.secret),
        OpenSearchReader(reading, restricted, dictionary, settings.secret, restricted=True),
    )
    writer = SidedWriter(OpenSearchWriter(writing, names), OpenSearchWriter(writing, restricted, restricted=True))
    return reader, writer, OpenSearchMatcher(Server(address, MATCHING), names, dictionary)
