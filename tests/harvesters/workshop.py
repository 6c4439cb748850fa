"""Tools as a harvest has them, against loopback: the real session without waiting, the real sandbox."""

from collections.abc import Iterator
from contextlib import contextmanager

from harvesters.base import Tools
from harvesters.fetch import FetchTimes, Session, parse_allow
from harvesters.sandbox import Sandbox

AT_ONCE = FetchTimes(backoff=0, sleep=lambda seconds: None)


@contextmanager
def tools_with(sandbox: Sandbox) -> Iterator[Tools]:
    """A new session, so that nothing is remembered of sites that had the same port, and this sandbox."""
    with Session(user_agent="Moothall/test", allow=parse_allow(["127.0.0.0/8:*"]), times=AT_ONCE) as session:
        yield Tools(session, sandbox)
