"""What the tests of the rules share: a trap, a watch over every connection, a server that does everything wrong."""

from collections.abc import Iterator

import pytest

from harvesters import addresses
from harvesters.fetch import Session
from tests.security.targets import TIMES, Trap, set_trap, watching
from tests.servers.faulty import Faulty, faulty


@pytest.fixture(scope="package")
def trap() -> Iterator[Trap]:
    """A listener that nothing may reach."""
    with set_trap() as made:
        yield made


@pytest.fixture
def tried() -> Iterator[list[str]]:
    """Every address that this process connects to during the test, by Python's own audit hook."""
    watching.append([])
    yield watching[-1]
    watching.pop()


@pytest.fixture
def open_port(trap: Trap, monkeypatch: pytest.MonkeyPatch) -> int:
    """The trap's port, which is as good as port 80 meanwhile: only its host can be what is refused."""
    monkeypatch.setattr(addresses, "OPEN_PORTS", frozenset({80, 443, trap.port}))
    return trap.port


@pytest.fixture
def session(open_port: int) -> Iterator[Session]:
    """A session that allows nothing."""
    with Session(user_agent="Moothall/0", times=TIMES) as made:
        yield made


@pytest.fixture
def server() -> Iterator[Faulty]:
    """A site with every fault."""
    with faulty() as made:
        yield made
