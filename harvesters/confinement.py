"""What a sandbox child may still do: limits of the kernel, and an audit hook that refuses the rest of the machine."""

import os
import resource
import signal
import site
import sys
import sysconfig
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Final

REFUSED: Final = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "os.startfile",
    "os.kill",
    "os.putenv",
    "os.chmod",
    "os.chown",
    "os.link",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.symlink",
    "os.truncate",
    "os.utime",
    "os.setxattr",
    "os.lockf",
    "pty.",
    "shutil.",
    "signal.pthread_kill",
    "tempfile.",
    "ctypes.dlopen",
    "sqlite3.",
    "urllib.",
    "http.",
    "ftplib.",
    "smtplib.",
    "syslog.",
    "webbrowser.",
    "sys.addaudithook",
)
"""Beginnings of audit events (Python's audit events table) that no reader needs."""

_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def confine(memory: int, cpu: float, wall: float, folders: Iterable[Path]) -> None:
    """Give up, for good, all that a reader does not need; PermissionError is what it meets from now on.

    `memory` is address space in bytes, `cpu` and `wall` are seconds; files below `folders` and below the library may
    still be read. The hook stops Python code; native code is stopped by the limits alone, so the hub must not run as
    root, which the limit on processes does not bind.
    """
    seconds = max(1, round(cpu))
    # The soft limit kills with SIGXCPU, which the template reads as "too slow"; the hard one comes a second later.
    for what, soft, hard in (
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_CPU, seconds, seconds + 1),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NPROC, 0, 0),
    ):
        resource.setrlimit(what, (soft, hard))
    # Should the template be killed, nobody else would end a child that sleeps.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, wall + 2)
    allowed = tuple(f"{folder}{os.sep}" for folder in library_folders() | _resolved(folders))
    sys.addaudithook(_hook(allowed))


@cache
def library_folders() -> frozenset[Path]:
    """Where code is read from: the standard library, site-packages and our three packages that hold readers."""
    paths = sysconfig.get_paths()
    named = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    ours = Path(__file__).resolve().parent.parent
    packages = [ours / name for name in ("federation", "harvesters", "vocab")]
    return _resolved([*map(Path, [*named, *site.getsitepackages()]), *packages])


def _resolved(folders: Iterable[Path]) -> frozenset[Path]:
    return frozenset(folder.resolve() for folder in folders)


def _hook(allowed: tuple[str, ...]) -> Any:
    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("open", "os.listdir", "os.scandir", "os.chdir"):
            _check_path(event, arguments, allowed)
        elif event.startswith(REFUSED):
            raise PermissionError(f"a reader may not use {event}")

    return refuse


def _check_path(event: str, arguments: tuple[Any, ...], allowed: tuple[str, ...]) -> None:
    path = arguments[0]
    if isinstance(path, int) and event == "open":
        return
    if event == "open" and (_writes(arguments[1]) or (arguments[2] or 0) & _WRITING):
        raise PermissionError("a reader may not write files")
    if isinstance(path, str | bytes | os.PathLike):
        real = os.path.realpath(os.fsdecode(path))
        if f"{real}{os.sep}".startswith(allowed):
            return
    raise PermissionError("a reader may not read files outside the library")


def _writes(mode: Any) -> bool:
    return isinstance(mode, str) and any(letter in mode for letter in "wax+")
