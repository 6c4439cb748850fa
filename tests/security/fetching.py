"""A session that may go to loopback, where the sites of these tests are, and what it says of one that fails."""

from collections.abc import Iterator

import pytest

from harvesters.errors import FetchError
from harvesters.fetch import FetchTimes, Session, parse_allow

LOOPBACK = parse_allow(["127.0.0.0/8:*"])
TIMES = FetchTimes(connect=5, idle=10, list=5, document=5, backoff=0, sleep=lambda seconds: None)


@pytest.fixture
def session() -> Iterator[Session]:
    with Session(user_agent="Moothall/0", allow=LOOPBACK, times=TIMES) as made:
        yield made


def failing(session: Session, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        session.get(url)
    return caught.value
