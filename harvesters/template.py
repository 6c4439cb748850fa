"""The sandbox's template: a fresh interpreter that loads the readers once and forks a confined child per document."""

import gc
import importlib
import json
import os
import select
import signal
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harvesters import frames
from harvesters.confinement import confine, library_folders
from harvesters.readers import Refusal
from vocab.errors import SchemeError

_CHUNK = 1 << 18


@dataclass(slots=True)
class Child:
    """One document being read. `late` and `large` say why it was killed, if it was."""

    call: int
    pid: int
    pipe: int
    deadline: float
    cap: int
    written: bytearray = field(default_factory=bytearray)
    end: str = ""


def main() -> None:
    """Serve the frames on standard input until it ends. Nothing that a library prints may reach the channel."""
    requests, answers = os.dup(0), os.dup(1)
    with open(os.devnull, "r+b", buffering=0) as nowhere:
        for stream in (0, 1):
            os.dup2(nowhere.fileno(), stream)
    # Told to end, it must still kill its children, which `serve` does on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    first = frames.read(requests)
    if first is None:
        return
    setup = first[0]
    try:
        warm_up(setup)
    except Exception as error:
        frames.write(answers, {"fault": f"{type(error).__name__}: {error}"[:500]})
        return
    Template(requests, answers, [Path(one) for one in setup["folders"]], setup["readers"]).serve()


def warm_up(setup: dict[str, Any]) -> None:
    """Import all readers and call PRELOAD, so that no child has to. A module that is not there is left out.

    Its absence is told when the reader is asked for, so that one optional part does not stop the others.
    """
    # What a library warns about while it reads foreign bytes helps nobody here; formatting it costs file reads.
    warnings.simplefilter("ignore")
    for target, arguments in [*((one, None) for one in setup["readers"].values()), *setup["preload"]]:
        try:
            function = function_of(target)
        except ModuleNotFoundError as missing:
            if not f"{target.partition(':')[0]}.".startswith(f"{missing.name}."):
                raise
            continue
        if arguments is not None:
            function(*(Path(one) if one is not None else None for one in arguments))
    for name, text in setup["samples"].items():
        function_of(setup["readers"][name])(text.encode())
    library_folders()
    # Objects that every child shares are never looked at by the collector, or each child would copy all their pages.
    gc.collect()
    gc.freeze()


def function_of(target: str) -> Callable[..., Any]:
    """The function of "module:function"."""
    module, _, name = target.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


class Template:
    """One loop over the requests and the children's pipes; no thread, because forking threads is not safe."""

    def __init__(self, requests: int, answers: int, folders: list[Path], readers: dict[str, str]) -> None:
        self._requests = requests
        self._answers = answers
        self._folders = folders
        self._readers = readers
        self._children: dict[int, Child] = {}
        self._open = True

    def serve(self) -> None:
        """Until the hub closes its end: then what is being read is finished, unless the hub is gone altogether."""
        poll = select.poll()
        poll.register(self._requests, select.POLLIN)
        poll.register(self._answers, 0)
        try:
            while self._open or self._children:
                for pipe, event in poll.poll(self._patience()):
                    self._handle(poll, pipe, event)
                self._end_late(poll)
        except (BrokenPipeError, ConnectionError):
            pass
        finally:
            for child in self._children.values():
                _kill(child.pid)

    def _handle(self, poll: select.poll, pipe: int, event: int) -> None:
        if pipe == self._answers:
            raise BrokenPipeError("the hub is gone")
        if pipe != self._requests:
            self._collect(poll, pipe)
            return
        frame = frames.read(self._requests)
        if frame is None:
            self._open = False
            poll.unregister(self._requests)
            return
        child = self._start(*frame)
        self._children[child.pipe] = child
        poll.register(child.pipe, select.POLLIN)

    def _start(self, call: dict[str, Any], data: bytes) -> Child:
        out, into = os.pipe()
        pid = os.fork()
        if pid == 0:
            # A child never returns: whatever happens, it ends here, without any clean-up of the template's state.
            status = 1
            try:
                os.close(out)
                self._become_child(call, data, into)
                status = 0
            finally:
                os._exit(status)
        os.close(into)
        return Child(call["call"], pid, out, time.monotonic() + call["wall"], call["output"])

    def _become_child(self, call: dict[str, Any], data: bytes, into: int) -> None:
        os.setpgid(0, 0)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for pipe in (self._requests, self._answers, *self._children):
            os.close(pipe)
        read = _reader(self._readers[call["reader"]])
        confine(call["memory"], call["cpu"], call["wall"], self._folders)
        frames.write_all(into, _outcome(read, data, call["options"]))

    def _collect(self, poll: select.poll, pipe: int) -> None:
        child = self._children[pipe]
        part = os.read(pipe, _CHUNK)
        child.written += part
        if len(child.written) > child.cap:
            child.end = "large"
        if not part or child.end:
            self._finish(poll, child)

    def _end_late(self, poll: select.poll) -> None:
        moment = time.monotonic()
        for child in [one for one in self._children.values() if one.deadline <= moment]:
            child.end = "late"
            self._finish(poll, child)

    def _finish(self, poll: select.poll, child: Child) -> None:
        poll.unregister(child.pipe)
        os.close(child.pipe)
        del self._children[child.pipe]
        # A child that has closed its pipe is ending by itself: the signal then changes nothing of its exit status.
        _kill(child.pid)
        status = os.waitstatus_to_exitcode(os.waitpid(child.pid, 0)[1])
        end = child.end or ("answer" if status == 0 else "cpu" if -status == signal.SIGXCPU else "crash")
        name = signal.Signals(-status).name if status < 0 else ""
        body = child.written if end == "answer" else b""
        frames.write(self._answers, {"call": child.call, "end": end, "signal": name}, body)

    def _patience(self) -> float | None:
        if not self._children:
            return None
        earliest = min(child.deadline for child in self._children.values())
        return max(0.0, (earliest - time.monotonic()) * 1000 + 1)


def _reader(target: str) -> Callable[..., Any]:
    # A reader whose module was not there at warm-up is imported now; that it is missing still is told as a crash.
    try:
        return function_of(target)
    except (ImportError, AttributeError) as error:
        missing = f"{type(error).__name__}: {error}"

        def tell(data: bytes, **options: Any) -> Any:
            raise RuntimeError(missing)

        return tell


def _outcome(read: Callable[..., Any], data: bytes, options: dict[str, Any]) -> bytes:
    # JSON is made within the try, so that an answer which is none is told like any other crash.
    try:
        # Halves of characters, which JSON can escape and nothing can write, do not leave the child.
        return json.dumps({"answer": read(data, **options)}, ensure_ascii=False).encode("utf-8", "ignore")
    except Refusal as refusal:
        told: dict[str, Any] = {"refusal": refusal.code, "words": refusal.words}
    except SchemeError as error:
        told = {"refusal": "unreadable", "words": {"detail": str(error)[:300]}}
    except MemoryError:
        told = {"memory": True}
    except RecursionError:
        told = {"crash": "it is nested too deeply"}
    except Exception as error:
        told = {"crash": f"{type(error).__name__}: {error}"[:300]}
    return json.dumps(told).encode()


def _kill(pid: int) -> None:
    # The whole group, should native code have forked; the child itself may not have made its group yet.
    for kill, whom in ((os.killpg, pid), (os.kill, pid)):
        try:
            kill(whom, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue
