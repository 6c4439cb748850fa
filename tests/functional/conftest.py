"""A running demo for the whole session: the six sites, web and work, as `moothall demo` starts them."""

import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hub.config import read_settings


@dataclass(frozen=True)
class Demo:
    """Where the demo is, how to sign in, and how long it took to the first search."""

    url: str
    sign_in: str
    seconds: float
    folder: Path


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """`moothall demo` in a folder of its own, stopped at the end with SIGTERM."""
    assert read_settings()
    folder = tmp_path_factory.mktemp("demo") / "moothall-demo"
    process = subprocess.Popen(
        [sys.executable, "-m", "hub.cli", "demo", "--folder", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if "Stop with Ctrl-C" in line:
            break
    url = re.search(r"Open (http://\S+)", said)
    link = re.search(r"as the operator: (http://\S+/sign-in/\S+)", said)
    seconds = re.search(r"First search ([\d.]+) seconds", said)
    assert url, said
    assert link, said
    assert seconds, said
    _wait_for(url[1])
    try:
        yield Demo(url[1], link[1], float(seconds[1]), folder)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        process.stdout.close()


def _wait_for(url: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{url} did not come up")
