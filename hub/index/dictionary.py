"""The Welsh words of a query, for every engine: as the lemmas of a Document were made."""

import threading
from pathlib import Path

from vocab.lemmas import Lemmas


class Dictionary:
    """The Welsh lemmas, loaded at the first search: a process that only writes has no need of them."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._guard = threading.Lock()
        self._lemmas: Lemmas | None = None

    def __call__(self, text: str) -> str:
        """As the lemmas of a Document were made."""
        with self._guard:
            self._lemmas = self._lemmas or Lemmas(self._cache)
        return self._lemmas.index_words(text, "cy")
