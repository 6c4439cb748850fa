"""Looking at a site while a person waits: with an end in sight, and only so many at a time."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Final

from harvesters.base import Tools
from harvesters.discovery import Looked, look
from harvesters.errors import HarvestError
from hub.errors import BadInput, Busy
from hub.languages import gettext as _
from hub.retold import retold
from hub.sources.previewing import Sample, sample
from hub.sources.service import check_address
from hub.web import part

SECONDS: Final = 20
"""The longest that a person waits for a site; reading what has arrived by then may take a little more."""
AT_ONCE: Final = 2
"""The site has four threads: two may wait for other sites, and the others go on serving readers."""

_turns = BoundedSemaphore(AT_ONCE)


def look_at(typed: str) -> Looked:
    """What there is at an address. BadInput says why it cannot be had. No transaction may be open."""
    with _tools() as tools:
        return look(typed, tools)


def sample_of(kind: str, address: str, categories: Mapping[str, str]) -> Sample:
    """The first documents of a list. BadInput says why they cannot be had. No transaction may be open."""
    check_address(kind, address)
    with _tools() as tools:
        return sample(kind, address, tools, categories)


@contextmanager
def _tools() -> Iterator[Tools]:
    if not _turns.acquire(blocking=False):
        raise Busy(_("Others are having sites looked at just now. Try again in half a minute."))
    try:
        yield part("tools")(SECONDS)
    except HarvestError as error:
        raise BadInput(f"{retold(error.problem.what)} {retold(error.problem.fix)}", "address") from error
    finally:
        _turns.release()
