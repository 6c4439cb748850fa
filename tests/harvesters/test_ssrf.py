"""Only addresses of the open internet are ever connected to, however they are spelled and whoever leads us there."""

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from harvesters import addresses
from harvesters.errors import BlockedError, FetchError
from harvesters.fetch import FetchTimes, Session, look_up, parse_allow
from tests.servers.faulty import Faulty, faulty
from tests.servers.loopback import serve

TIMES = FetchTimes(connect=1, idle=1, list=2, document=2, sleep=lambda seconds: None)
NOT_GLOBAL = """
    127.0.0.1 127.1 127.0.1 127.1.2.3 127.255.255.254 0 0.0.0.0 0.1.2.3 2130706433 0x7f000001 0x7f.1 0x7f.0.0.1
    017700000001 0177.0.0.1 0177.0.0.01 127.0.0.1. localhost LOCALHOST localhost. 4294967295 2886729729 0xa9fea9fe
    2852039166
    [::] [::1] [0:0:0:0:0:0:0:1] [0000::0001] [::127.0.0.1] [::7f00:1] [::ffff:127.0.0.1] [::ffff:7f00:1]
    [0:0:0:0:0:ffff:127.0.0.1] [::ffff:0:127.0.0.1] [::ffff:10.0.0.1] [::ffff:169.254.169.254] [64:ff9b::7f00:1]
    [64:ff9b::127.0.0.1] [64:ff9b:1::1] [64:ff9b::a9fe:a9fe] [2002:7f00:1::] [2002:a9fe:a9fe::] [2001::1] [2001:db8::1]
    [fec0::1] [fc00::1] [fd00::2] [fd00:ec2::254] [fe80::1] [fe80::1%25lo] [ff02::1] [100::1] [3fff::1] [5f00::1]
    10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 192.168.1.1 100.64.0.1 100.100.100.200
    169.254.169.254 169.254.170.2 192.0.0.8 192.0.0.192 192.88.99.1 198.18.0.1 192.0.2.1 198.51.100.7 203.0.113.7
    224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 168.63.129.16
    ①②⑦.⓪.⓪.① １２７.0.0.1 127。0。0。1 ⓛⓞⓒⓐⓛⓗⓞⓢⓣ %31%32%37.0.0.1 127%2e0%2e0%2e1 ｌｏｃａｌｈｏｓｔ
"""
"""Spellings of hosts, nearly a hundred: shorthand, decimal, octal, hexadecimal, mapped, translated, wide letters."""


@dataclass
class Trap:
    """A listener on all of loopback, with the number of connections that came."""

    port: int
    hits: int = 0


_watching: list[list[str]] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and _watching:
        _watching[-1].append(str(arguments[1]))


sys.addaudithook(_hook)


@contextmanager
def _trap() -> Iterator[Trap]:
    both = socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if both else socket.AF_INET
    with socket.create_server(("::" if both else "", 0), family=family, dualstack_ipv6=both) as listener:
        listener.settimeout(0.05)
        trap, stop = Trap(listener.getsockname()[1]), threading.Event()

        def accept() -> None:
            while not stop.is_set():
                try:
                    listener.accept()[0].close()
                    trap.hits += 1
                except TimeoutError:
                    continue

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield trap
        finally:
            stop.set()
            thread.join()


@pytest.fixture(scope="module")
def trap() -> Iterator[Trap]:
    with _trap() as made:
        yield made


@pytest.fixture
def tried() -> Iterator[list[str]]:
    """Every address that this process connects to during the test, by Python's own audit hook."""
    _watching.append([])
    yield _watching[-1]
    _watching.pop()


@pytest.fixture
def session(trap: Trap, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A session that allows nothing, to which the trap's port is as good as port 80."""
    monkeypatch.setattr(addresses, "OPEN_PORTS", frozenset({80, 443, trap.port}))
    with Session(user_agent="Moothall/0", times=TIMES) as made:
        yield made


@pytest.mark.parametrize("host", NOT_GLOBAL.split())
def test_private_host_is_refused_however_it_is_spelled(
    session: Session, trap: Trap, tried: list[str], host: str
) -> None:
    before = trap.hits
    with pytest.raises(FetchError) as caught:
        session.get(f"http://{host}:{trap.port}/latest/meta-data/")
    assert caught.value.problem.code in ("private-address", "bad-address", "unknown-host", "no-name-lookup")
    assert caught.value.problem.what.endswith(".")
    assert tried == []
    assert trap.hits == before


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "localhost", "0"])
def test_the_trap_would_catch_us_if_we_were_let_go(trap: Trap, host: str) -> None:
    before = trap.hits
    with (
        Session(user_agent="Moothall/0", times=TIMES, allow=parse_allow(["0.0.0.0/0:*", "::/0:*"])) as open_to_all,
        pytest.raises(FetchError, match="does not answer like a web server"),
    ):
        open_to_all.get(f"http://{host}:{trap.port}/")
    deadline = time.monotonic() + 2
    while trap.hits == before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert trap.hits > before


@pytest.mark.parametrize(
    "url", ["http://a@127.0.0.1:{}/", "http://127.0.0.1:{}\\@site.example/", "http://site.example@127.0.0.1:{}/"]
)
def test_address_that_hides_its_host_is_refused(session: Session, trap: Trap, tried: list[str], url: str) -> None:
    with pytest.raises(BlockedError):
        session.get(url.format(trap.port))
    assert tried == []


@pytest.mark.parametrize("port", [0, 1, 22, 25, 6379, 8080, 9200, 65535])
def test_other_ports_are_closed_before_the_name_is_looked_up(tried: list[str], port: int) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["8.8.8.8"]

    with Session(user_agent="Moothall/0", times=TIMES, resolve=resolve) as session:
        with pytest.raises(BlockedError) as caught:
            session.get(f"http://site.example:{port}/")
        assert caught.value.problem.code == ("bad-address" if port == 0 else "closed-port")
    assert (asked, tried) == ([], [])


def answers(*given: Sequence[str]) -> Callable[[str, int], Sequence[str]]:
    """A resolver that gives these answers one after the other, and the last one for ever."""
    left = list(given)
    return lambda host, port: left.pop(0) if len(left) > 1 else left[0]


@pytest.mark.parametrize(
    "given", [["8.8.8.8", "127.0.0.1"], ["127.0.0.1", "8.8.8.8"], ["2606:4700::1111", "::1"], ["8.8.8.8", "fe80::1%lo"]]
)
def test_name_with_one_private_address_among_public_ones_is_refused(tried: list[str], given: list[str]) -> None:
    with (
        Session(user_agent="Moothall/0", times=TIMES, resolve=answers(given)) as session,
        pytest.raises(BlockedError) as caught,
    ):
        session.get("http://site.example/")
    assert caught.value.problem.code == "private-address"
    assert tried == []


def test_name_that_turns_to_loopback_after_a_public_answer_is_refused(tried: list[str]) -> None:
    """DNS rebinding: public at the first look, 127.0.0.1 at the second, and a second look for every connection."""
    with serve({"/": b"public"}, host="127.0.0.2") as public:
        port = int(public.base_url.rpartition(":")[2])
        with serve({"/": b"secret"}, port=port) as secret:
            # 127.0.0.2 plays the public address here, as it is the only one that is allowed.
            session = Session(
                user_agent="Moothall/0",
                times=TIMES,
                allow=parse_allow([f"127.0.0.2/32:{port}"]),
                resolve=answers(["127.0.0.2"], ["127.0.0.1"]),
            )
            with session:
                assert session.get(f"http://site.example:{port}/").body == b"public"
                # The open connection still leads to the checked address.
                assert session.get(f"http://site.example:{port}/").body == b"public"
                session.close()
                with pytest.raises(BlockedError) as caught:
                    session.get(f"http://site.example:{port}/")
            assert caught.value.problem.code == "private-address"
            assert secret.connections == 0
    assert tried == [f"('127.0.0.2', {port})"]


def test_name_is_looked_up_once_a_connection_so_there_is_nothing_to_rebind_between() -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return look_up("127.0.0.1", port)

    with (
        serve({"/": b"here"}) as site,
        Session(user_agent="Moothall/0", allow=parse_allow(["127.0.0.0/8:*"]), resolve=resolve) as session,
    ):
        port = site.base_url.rpartition(":")[2]
        for _ in range(3):
            session.get(f"http://site.example:{port}/")
        assert site.connections == 1
    assert asked == ["site.example"]


@pytest.fixture(scope="module")
def server() -> Iterator[Faulty]:
    with faulty() as made:
        yield made


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("http://10.0.0.1/", "private-address"),
        ("http://169.254.169.254/latest/meta-data/", "private-address"),
        ("http://[::1]/", "private-address"),
        ("//localhost/", "private-address"),
        ("http://10.0.0.1:22/", "closed-port"),
        ("file:///etc/passwd", "bad-redirect"),
        ("gopher://127.0.0.1:6379/_FLUSHALL", "bad-redirect"),
        ("javascript:alert(1)", "bad-redirect"),
        ("http://anna:pw@site.example/", "bad-redirect"),
        ("http://:80/", "bad-redirect"),
    ],
)
def test_redirect_to_what_is_not_public_is_refused(
    server: Faulty, tried: list[str], status: int, to: str, code: str
) -> None:
    port = server.base_url.rpartition(":")[2]
    with (
        Session(user_agent="Moothall/0", times=TIMES, allow=parse_allow([f"127.0.0.1/32:{port}"])) as session,
        pytest.raises(BlockedError) as caught,
    ):
        session.get(server.redirect(to, status))
    assert caught.value.problem.code == code
    assert "anna" not in caught.value.problem.sample
    assert len(tried) == 1, "only the redirecting server was connected to"


def test_private_address_is_refused_also_for_robots_txt(session: Session, trap: Trap, tried: list[str]) -> None:
    with pytest.raises(BlockedError) as caught:
        session.get(f"http://127.0.0.1:{trap.port}/page", crawl=True)
    assert caught.value.problem.code == "private-address"
    assert tried == []
