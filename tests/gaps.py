"""What a run did not cover, told by one part of it to the next, so that the last lines are true of the whole."""

import json
import os
from collections.abc import Iterable
from pathlib import Path

GAPS = "MOOTHALL_TEST_GAPS"
"""Names the file in which a part tells the next; a run in one part needs none."""


def with_those_before(reasons: Iterable[str]) -> list[str]:
    """The reasons of this part and of those before it, which are told to the next."""
    if GAPS not in os.environ:
        return sorted(set(reasons))
    file = Path(os.environ[GAPS])
    known = json.loads(file.read_text()) if file.exists() else []
    together = sorted({*known, *reasons})
    file.write_text(json.dumps(together))
    return together
