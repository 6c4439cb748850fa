"""Where nobody may lead us: hosts that are not of the open internet, and a trap that counts who comes all the same."""

import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from harvesters.fetch import FetchTimes

TIMES = FetchTimes(connect=1, idle=1, list=2, document=2, backoff=0, sleep=lambda seconds: None)
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

    def reached(self, before: int) -> bool:
        """Whether more came than `before`, within two seconds."""
        deadline = time.monotonic() + 2
        while self.hits == before and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.hits > before


watching: list[list[str]] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and watching:
        watching[-1].append(str(arguments[1]))


sys.addaudithook(_hook)


@contextmanager
def set_trap() -> Iterator[Trap]:
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
