"""THE only place where foreign bytes are read: a child with limits, forked from a warm template per document."""

import itertools
import json
import logging
import os
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, Self

from harvesters import frames, template
from harvesters.base import Problem
from harvesters.errors import HarvestError, ReadError
from harvesters.problems import PROBLEMS, problem

log = logging.getLogger(__name__)

READERS: Final[dict[str, str]] = {
    "feed": "harvesters.readers.feed:read",
    "sitemap": "harvesters.readers.sitemap:read",
    "listing": "harvesters.readers.listing:read",
    "html": "harvesters.readers.html:read",
    "signs": "harvesters.readers.signs:read",
    "pdf": "harvesters.readers.pdf:read",
    "office": "harvesters.readers.office:read",
    "sheet": "harvesters.readers.sheet:read",
    "text": "harvesters.readers.text:read",
    "picture": "harvesters.readers.picture:read",
    "letter": "harvesters.readers.letter:read",
    "oai": "federation.oaipmh:read",
    "skos": "vocab.skos:read_json",
    "enrich": "harvesters.readers.enrich:read",
}
"""Name of a reader to "module:function". Strings, because their modules are imported by the template alone."""

PRELOAD: Final = ("vocab.tagger:load",)
"""Called once by the template as `function(labels, cache)` (paths) where a label file is given: tables that children
would otherwise load anew for each document."""

SAMPLES: Final[dict[str, str]] = {
    "feed": "<rss version='2.0'><channel><item><title>A &amp; B</title><pubDate>Tue, 24 Nov 2026 09:00:00 GMT</pubDate>"
    "<description>&lt;p&gt;Words&lt;/p&gt;</description></item></channel></rss>",
    "html": "<!doctype html><html lang='en'><title>A</title><body><main><h1>A</h1>"
    + "<p>Some words of a page that is read once, so that its parsers are warm.</p>" * 9
    + "</main></body></html>",
    "pdf": "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj trailer<</Root 1 0 R>>",
    "text": "# A\n\nWords",
}
"""Documents of our own that the template reads before it forks: what parsers set up at first use is then shared."""

_LISTS: Final = ("feed", "sitemap", "listing", "oai")
_WORDS: Final = ("detail", "expected", "limit", "seconds")
_START: Final = 60.0
"""Seconds that a template may take to load everything, on top of a call's own limit."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one child may use: seconds on the wall, CPU seconds, bytes of address space, bytes of answer."""

    wall: float = 30.0
    cpu: float = 20.0
    memory: int = 1 << 30
    output: int = 16 << 20


USUAL: Final = Limits()

LONGER: Final[dict[str, Limits]] = {"skos": Limits(wall=120.0, cpu=120.0, memory=2 << 30, output=64 << 20)}
"""Readers with limits of their own: a whole vocabulary is imported once, by a person who waits."""

SHORTEST: Final = 5.0
"""Seconds that a document gets even where somebody waits and the time is over."""

CHILDREN: Final = max(2, os.cpu_count() or 2)
"""How many documents one sandbox reads at a time; more callers wait for their turn."""


class Sandbox:
    """harvesters.base.Sandbox for real. Safe to use from several threads; close it, or use it in a `with`.

    `labels` is the label file that the tagger loads, `cache` a folder that children may read (simplemma's tries). The
    template starts loading at once, while the caller does other things.
    """

    def __init__(
        self,
        cache: Path | None = None,
        labels: Path | None = None,
        limits: Limits = USUAL,
        readers: Mapping[str, str] = READERS,
    ) -> None:
        self._cache = cache
        self._labels = labels
        self._limits = limits
        self._readers = dict(readers)
        self._guard = threading.Lock()
        self._turns = threading.BoundedSemaphore(CHILDREN)
        self._closed = False
        self._started_by = os.getpid()
        self._template = self._start()

    def read(self, reader: str, data: bytes, **options: Any) -> Any:
        """The JSON answer of READERS[reader](data, **options).

        `options` must be JSON; `url` or `base_url` among them names the document in the problem. ReadError on a crash,
        a bomb, a refusal or a time-out; HarvestError (try again later) when the sandbox itself does not work.
        """
        return self.read_within(LONGER.get(reader, self._limits), reader, data, options)

    def hurried(self, until: float) -> "Hurried":
        """The same sandbox for somebody who waits no longer than to `until`, as time.monotonic counts."""
        return Hurried(self, until, self._limits)

    def read_within(self, limits: Limits, reader: str, data: bytes, options: dict[str, Any]) -> Any:
        """`read` with limits for this one document."""
        target = self._readers[reader]
        call = {"reader": reader, "options": options, **_as_json(limits)}
        with self._turns:
            header, body = self._ask(call, data, limits)
        address = str(options.get("url") or options.get("base_url") or "")
        return _Verdict(reader, target, address, limits).answer(header, body)

    @property
    def template_pid(self) -> int:
        """The process number of the template that takes the next call."""
        return self._template.pid

    def restart(self, labels: Path | None = None) -> None:
        """Start a new template with a new label file; what the old one is reading is finished by it."""
        with self._guard:
            self._labels = labels
            old, self._template = self._template, self._start()
        old.retire()

    def close(self) -> None:
        """End the template and everything that it is reading. Closing twice does no harm."""
        with self._guard:
            self._closed = True
            self._template.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, call: dict[str, Any], data: bytes, limits: Limits) -> tuple[dict[str, Any], bytes]:
        for last in (False, True):
            running = self._living()
            try:
                return running.ask(call, data, limits.wall + _START)
            except TemplateDied as death:
                if last or self._closed:
                    raise HarvestError(problem("fault", detail=str(death))) from death
                log.warning("The sandbox's template died (%s); it is started again.", death)
        raise AssertionError("the loop above returns or raises")

    def _living(self) -> "_Template":
        with self._guard:
            if self._closed:
                raise HarvestError(problem("fault", detail="the sandbox is closed"))
            # After a fork the pipes belong to the parent: a process that inherited this object starts its own.
            if self._started_by != os.getpid():
                self._started_by = os.getpid()
                self._template = self._start()
            elif self._template.dead:
                self._template.kill()
                self._template = self._start()
            return self._template

    def _start(self) -> "_Template":
        arguments = [str(self._labels), str(self._cache) if self._cache else None] if self._labels else None
        setup = {
            "readers": self._readers,
            "samples": {name: text for name, text in SAMPLES.items() if self._readers.get(name) == READERS.get(name)},
            "preload": [(target, arguments) for target in PRELOAD] if arguments else [],
            "folders": [str(self._cache)] if self._cache else [],
        }
        started = _Template(setup)
        weakref.finalize(self, started.kill)
        return started


@dataclass(frozen=True, slots=True)
class Hurried:
    """harvesters.base.Sandbox with a last moment. What has arrived by then still gets SHORTEST seconds to be read."""

    sandbox: Sandbox
    until: float
    limits: Limits

    def read(self, reader: str, data: bytes, **options: Any) -> Any:
        """As Sandbox.read."""
        left = max(self.until - time.monotonic(), SHORTEST)
        limits = replace(self.limits, wall=min(self.limits.wall, left), cpu=min(self.limits.cpu, left))
        return self.sandbox.read_within(limits, reader, data, options)


class TemplateDied(Exception):
    """The template ended before it answered; the text says why, where it could say so itself."""


class _Template:
    """The parent's end of one template: calls go out under a lock, a thread hands answers to those who wait."""

    def __init__(self, setup: dict[str, Any]) -> None:
        root = Path(__file__).resolve().parent.parent
        self._process = subprocess.Popen(
            [sys.executable, "-m", "harvesters.sandbox"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # An environment of its own: no secret of the hub can be found in a child's memory.
            env={"PYTHONPATH": os.pathsep.join([str(root), *filter(None, sys.path)]), "LANG": "C.UTF-8"},
            cwd=root,
            bufsize=0,
            pipesize=1 << 20,
            # Ctrl-C in a terminal goes to the hub, which ends its template when it is ready to.
            process_group=0,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.pid = self._process.pid
        self._into = self._process.stdin
        self._out = self._process.stdout
        self._calls = itertools.count(1)
        self._waiting: dict[int, Future[tuple[dict[str, Any], bytes]]] = {}
        self._writing = threading.Lock()
        self._state = threading.Lock()
        self._fault = "it ended without a word"
        self.dead = False
        self._send(setup)
        self._listener = threading.Thread(target=self._listen, name="sandbox", daemon=True)
        self._listener.start()

    def ask(self, call: dict[str, Any], data: bytes, patience: float) -> tuple[dict[str, Any], bytes]:
        """Send one document and wait for what became of it; TemplateDied when nothing will come any more."""
        number = next(self._calls)
        answer: Future[tuple[dict[str, Any], bytes]] = Future()
        with self._state:
            if self.dead:
                raise TemplateDied(self._fault)
            self._waiting[number] = answer
        self._send({**call, "call": number}, data)
        try:
            return answer.result(timeout=patience)
        except FutureTimeoutError:
            self._fault = f"it did not answer within {patience:.0f} seconds"
            self.kill()
            raise TemplateDied(self._fault) from None

    def retire(self) -> None:
        """Take no more calls; the template finishes those that it has and ends."""
        with self._writing:
            self._into.close()

    def kill(self) -> None:
        """End it now, with its children: it kills them when it is told to end, and is killed if it does not."""
        self._process.terminate()
        self._listener.join(timeout=5)
        self._process.kill()
        self._listener.join(timeout=5)

    def _send(self, header: dict[str, Any], data: bytes = b"") -> None:
        with self._writing:
            try:
                frames.write(self._into.fileno(), header, data)
            except (BrokenPipeError, ValueError):
                # The listener sees the same end and tells everybody who waits.
                return

    def _listen(self) -> None:
        while (frame := frames.read(self._out.fileno())) is not None:
            header, body = frame
            if "fault" in header:
                self._fault = str(header["fault"])
                continue
            with self._state:
                waiting = self._waiting.pop(header["call"], None)
            if waiting is not None:
                waiting.set_result(frame)
        self._bury()

    def _bury(self) -> None:
        with self._state:
            self.dead = True
            waiting = list(self._waiting.values())
            self._waiting.clear()
        for one in waiting:
            one.set_exception(TemplateDied(self._fault))
        self._process.kill()
        self._process.wait()
        with self._writing:
            self._into.close()
        self._out.close()


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What became of a call, as an answer or as one ReadError."""

    reader: str
    target: str
    address: str
    limits: Limits

    def answer(self, header: dict[str, Any], body: bytes) -> Any:
        end = header["end"]
        if end == "late":
            raise self._error("reader-too-slow", seconds=f"{self.limits.wall:g}")
        if end == "cpu":
            raise self._error("reader-too-slow", seconds=f"{self.limits.cpu:g}")
        if end == "large":
            raise self._error("answer-too-large", limit=f"{self.limits.output >> 20} MB")
        if end == "crash":
            raise self._error("reader-crashed", detail=header["signal"] or "it ended without an answer")
        try:
            told = json.loads(body)
        except (ValueError, RecursionError):
            raise self._error("reader-crashed", detail="its answer is not JSON") from None
        return self._told(told)

    def _told(self, told: Mapping[str, Any]) -> Any:
        if "answer" in told:
            return told["answer"]
        if told.get("refusal") in PROBLEMS:
            words = {name: str(told["words"].get(name, ""))[:300] for name in _WORDS}
            raise self._error(told["refusal"], **words)
        if "memory" in told:
            raise self._error("reader-crashed", detail=f"it needs more than {self.limits.memory >> 20} MB of memory")
        raise self._error("reader-crashed", detail=str(told.get("crash", "it gave no answer")))

    def _error(self, code: str, **words: Any) -> ReadError:
        stage: Literal["list", "read"] = "list" if self.reader in _LISTS else "read"
        named = self.address or ("This list" if stage == "list" else "This document")
        made: Problem = problem(code, where=named, stage=stage, **words)
        return ReadError(replace(made, where=self.address))


def _as_json(limits: Limits) -> dict[str, Any]:
    return {name: getattr(limits, name) for name in ("wall", "cpu", "memory", "output")}


if __name__ == "__main__":
    template.main()
