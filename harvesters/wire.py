"""One exchange with a site through the door: asked once, read within its terms, and what went wrong as an error."""

from collections.abc import Callable
from dataclasses import replace

import requests
from urllib3.response import BaseHTTPResponse

from harvesters.addresses import BadAddress, Target, target_of, tidy, without_password
from harvesters.answers import GONE
from harvesters.base import Response
from harvesters.bodies import PIECE, Body, BodyError
from harvesters.door import FAILURES, Adapter, Door
from harvesters.errors import FetchError
from harvesters.faults import explain
from harvesters.journey import Terms
from harvesters.limits import FetchTimes
from harvesters.politeness import Turn
from harvesters.problems import problem
from harvesters.watch import Watch


class Wire:
    """Implements harvesters.journey.Wire with requests' adapter; `count` is told (requests, bytes) as they happen."""

    def __init__(self, door: Door, adapter: Adapter, times: FetchTimes, ratio: int, count: Callable[[int, int], None]):
        self._door, self._adapter, self._times = door, adapter, times
        self._ratio, self._count = ratio, count

    def encode(self, url: str) -> Target:
        try:
            encoded = requests.Request("GET", tidy(url)).prepare().url or ""
        except BadAddress:
            raise
        except (requests.RequestException, ValueError) as error:
            raise BadAddress("bad-address", f"The address cannot be read: {error}.") from error
        # Encoding rewrites the address, so its spelling is judged once more.
        return target_of(tidy(encoded))

    def exchange(self, target: Target, headers: dict[str, str], terms: Terms, turn: Turn) -> Response:
        for last in (False, True):
            with self._door.watched(Watch(target, terms)) as watch:
                try:
                    return self._try(target, headers, terms, watch)
                except FAILURES as error:
                    # A connection that was kept open may have been closed by the site just then (RFC 9112 §9.3.1).
                    if last or not watch.was_stale or isinstance(error, requests.Timeout):
                        raise explain(error, watch, target, self._times.idle) from error
                    terms = replace(terms, seconds=max(watch.left, 0.001))
                except BodyError as error:
                    raise self.refuse_body(error, target, terms) from error
                finally:
                    turn.ours = watch.ours
        raise AssertionError("the second try returns or raises")

    def _try(self, target: Target, headers: dict[str, str], terms: Terms, watch: Watch) -> Response:
        request = requests.Request("GET", target.url, headers).prepare()
        self._count(1, 0)
        answer = self._adapter.send(request, stream=True, timeout=(self._times.connect, self._times.idle), proxies={})
        watch.answered = True
        raw: BaseHTTPResponse = answer.raw
        try:
            found = {name.lower(): value for name, value in raw.headers.items()}
            wanted = 200 <= raw.status < 300 or raw.status in GONE
            body = self.read(raw, found, terms, watch) if wanted else b""
            if raw.status == 304:
                # It has no body; reading that much gives the connection back to the pool.
                raw.read1(1)
        finally:
            # Where a body was read to its end the connection is back in the pool by now; else it is closed here.
            raw.close()
        return Response(target.url, raw.status, found, body)

    def read(self, raw: BaseHTTPResponse, headers: dict[str, str], terms: Terms, watch: Watch) -> bytes:
        """The body within the terms, unpacked. BodyError for one that is too large."""
        body = Body(headers.get("content-encoding", ""), terms.cap, self._ratio, terms.cut)
        told = headers.get("content-length", "")
        if told.isascii() and told.isdigit() and int(told[:12]) > terms.cap and not terms.cut:
            raise BodyError("too-large")
        while not body.full:
            piece = raw.read1(PIECE, decode_content=False)
            if watch.expired:
                raise TimeoutError
            if not piece:
                break
            self._count(0, len(piece))
            body.feed(piece)
        return body.finish()

    def refuse_body(self, error: BodyError, target: Target, terms: Terms) -> FetchError:
        """What is wrong with a body, as an error of a fetch."""
        return FetchError(
            problem(
                error.code,
                where=without_password(target.url),
                stage=terms.stage,
                host=target.host,
                limit=f"{terms.cap / 1_000_000:g} MB",
                detail=error.detail,
            )
        )
