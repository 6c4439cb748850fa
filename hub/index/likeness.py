"""What is like a document, remembered for a while: every page of a document asks for it, and it costs a search."""

import threading
from typing import Final

from cachetools import TTLCache

from hub.index.base import IndexReader

SECONDS: Final = 3600.0
"""So long somebody may not be shown what was collected since and is still more alike."""

MOST: Final = 20_000
"""Documents remembered: about 20 MB."""


class Likeness:
    """Asks the reader once an hour for each version of a document. For any number of threads."""

    def __init__(self, reader: IndexReader, seconds: float = SECONDS) -> None:
        self._reader = reader
        self._known: TTLCache[tuple[str, int, int], tuple[str, ...]] = TTLCache(MOST, seconds)
        self._guard = threading.Lock()

    def near(self, id: str, version: int, size: int) -> tuple[str, ...]:
        """Ids of others' documents, the most alike first. Fewer than `size` are not remembered: more may be coming.

        IndexUnavailable while the index is away and the answer is not known.
        """
        key = (id, version, size)
        with self._guard:
            known = self._known.get(key)
        if known is None:
            known = tuple(self._reader.similar(id, size))
            if len(known) == size:
                with self._guard:
                    self._known[key] = known
        return known
