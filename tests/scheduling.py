"""How the tests are shared out among processes: by files, but for those that need the search server."""

from functools import cache
from pathlib import Path
from typing import Final

from xdist.scheduler import LoadFileScheduling

ROOT: Final = Path(__file__).parents[1]
FIXTURES: Final = ("opensearch_node", "opensearch_server")
"""Of a server that is started once in each process whose tests ask for it."""


class OneServer(LoadFileScheduling):  # type: ignore[misc]
    """All files that need the search server go to one process, so that one server is started."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return FIXTURES[0] if needs_the_server(file) else file


@cache
def needs_the_server(file: str) -> bool:
    """Whether tests of this file, named from the root, ask for the search server; those of the contract all do."""
    return file.startswith("tests/contract/") or any(one in (ROOT / file).read_text() for one in FIXTURES)
