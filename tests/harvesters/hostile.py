"""Readers that do what a reader must never do; the sandbox runs them in test_sandbox.py."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from harvesters.readers import Refusal


def echo(data: bytes, **options: Any) -> Any:
    """Well behaved."""
    return {"text": data.decode(), "options": options}


LOADED: list[str] = []


def load(labels: Path, cache: Path | None) -> None:
    """Stands for vocab.tagger:load."""
    LOADED.append(f"{labels.read_text()} {cache.name if cache else None}")


def loaded(data: bytes, **_: Any) -> Any:
    return LOADED


def segfault(data: bytes, **_: Any) -> Any:
    return ctypes.string_at(0)


def abort(data: bytes, **_: Any) -> Any:
    os.abort()


def spin(data: bytes, **_: Any) -> Any:
    while True:
        pass


def sleep(data: bytes, **_: Any) -> Any:
    time.sleep(float(data or b"60"))
    return {"slept": True}


def stubborn(data: bytes, **_: Any) -> Any:
    for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGXCPU, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    os.closerange(0, 3)
    time.sleep(60)


def hog(data: bytes, **_: Any) -> Any:
    return len(bytearray(4 << 30))


def shout(data: bytes, **_: Any) -> Any:
    sys.stdout.write("noise" * 10_000)
    sys.stdout.flush()
    return "x" * int(data)


def quit_early(data: bytes, **_: Any) -> Any:
    os._exit(0)


def raise_error(data: bytes, **_: Any) -> Any:
    raise ValueError("odd \ud800 bytes")


def recurse(data: bytes, **options: Any) -> Any:
    return recurse(data, **options)


def no_json(data: bytes, **_: Any) -> Any:
    return {"set": {1, 2}}


def refuse(data: bytes, **_: Any) -> Any:
    raise Refusal(data.decode(), "because", where="elsewhere", stage="fetch")


def connect(data: bytes, **_: Any) -> Any:
    socket.create_connection(("127.0.0.1", int(data)), timeout=1)


def resolve(data: bytes, **_: Any) -> Any:
    return socket.getaddrinfo("localhost", 80)


def write_file(data: bytes, **_: Any) -> Any:
    Path(data.decode()).write_text("written")


def append_low_level(data: bytes, **_: Any) -> Any:
    os.write(os.open(data, os.O_WRONLY | os.O_CREAT), b"written")


def read_file(data: bytes, **_: Any) -> Any:
    return Path(data.decode()).read_text()


def list_folder(data: bytes, **_: Any) -> Any:
    return os.listdir(data)


def remove_file(data: bytes, **_: Any) -> Any:
    os.remove(data)


def fork(data: bytes, **_: Any) -> Any:
    return os.fork()


def run_program(data: bytes, **_: Any) -> Any:
    return subprocess.run(["/bin/true"], check=True).returncode


def shell(data: bytes, **_: Any) -> Any:
    return os.system("true")


def replace_program(data: bytes, **_: Any) -> Any:
    os.execv("/bin/true", ["true"])


def load_library(data: bytes, **_: Any) -> Any:
    return str(ctypes.CDLL("libc.so.6"))


def kill_template(data: bytes, **_: Any) -> Any:
    # By the raw call, as taken-over native code would: the audit hook does not see it.
    return ctypes.pythonapi.kill(os.getppid(), signal.SIGKILL)


def environment(data: bytes, **_: Any) -> Any:
    return {"environment": dict(os.environ), "descriptors": sorted(_open_descriptors())}


def _open_descriptors() -> list[int]:
    found = []
    for number in range(64):
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(number)
    return found
