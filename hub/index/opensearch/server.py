"""One request to the server: with a time limit, through the breaker, and with errors in our words."""

import os
import ssl
import threading
from base64 import b64encode
from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any, Final

from opensearchpy import OpenSearchException, Transport, TransportError, Urllib3HttpConnection
from opensearchpy import exceptions as theirs

from hub.errors import IndexUnavailable
from hub.index.opensearch.address import Address
from hub.index.opensearch.breaker import Breaker
from hub.index.opensearch.sentences import UNREADABLE, sentence

READING: Final = 2.0
"""Seconds that a question may take: a person waits for it."""

WRITING: Final = 30.0
"""Seconds for what the work process does: a batch of large documents, a new index, a switch."""

MATCHING: Final = 120.0
"""Seconds for thousands of documents against tens of thousands of saved searches: nobody waits for it."""

CONNECTIONS: Final = 16
"""Kept open at most: as many as threads may ask at once, or each of them would open its own every time."""

WHOLE: Final = {"allow_partial_search_results": "false"}
"""Half an answer would have a wrong total: an error is better."""


class Server:
    """Connections to the server, opened at the first request and again after a fork. For any number of threads."""

    def __init__(self, address: Address, timeout: float, breaker: Breaker | None = None) -> None:
        self._address = address
        self._timeout = timeout
        self._breaker = breaker or Breaker()
        self._guard = threading.Lock()
        self._opened: tuple[int, Transport] | None = None

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | str | None = None,
        params: Mapping[str, str | int] | None = None,
        accept: Collection[int] = (),
    ) -> Any:
        """The answer, decoded; also that of an error whose status is in `accept`. A `str` is lines of JSON.

        IndexUnavailable for every other error. Its sentence names no address: visitors may read it.
        """
        self._breaker.admit()
        headers = {"content-type": "application/x-ndjson"} if isinstance(body, str) else None
        asked: dict[str, Any] = {**(params or {}), "ignore": tuple(accept)}
        try:
            answer = self._transport().perform_request(method, path, params=asked, body=body, headers=headers)
        except OpenSearchException as error:
            self._judge(error)
            raise IndexUnavailable(sentence(error, self._address, self._timeout)) from error
        self._breaker.worked()
        if not isinstance(answer, dict):
            raise IndexUnavailable(UNREADABLE)
        return answer

    def _judge(self, error: OpenSearchException) -> None:
        status = error.status_code if isinstance(error, TransportError) else 0
        if isinstance(error, theirs.ConnectionError) or status == HTTPStatus.TOO_MANY_REQUESTS or _is_fault(status):
            self._breaker.failed()
        else:
            self._breaker.worked()

    def _transport(self) -> Transport:
        """A connection must not be used on both sides of a fork: each process opens its own."""
        process = os.getpid()
        opened = self._opened
        if opened is None or opened[0] != process:
            with self._guard:
                opened = self._opened = (process, _open(self._address, self._timeout))
        return opened[1]


def _open(address: Address, timeout: float) -> Transport:
    host = {"host": address.host, "port": address.port, "use_ssl": address.secure}
    # Tried once more where a connection was closed meanwhile, never after a time limit or an error of the server.
    return Transport(
        [host],
        connection_class=Urllib3HttpConnection,
        headers=_signed_in(address),
        # The system's authorities and that in SSL_CERT_FILE; names are checked. opensearch-py's own would be certifi's.
        ssl_context=ssl.create_default_context() if address.secure else None,
        timeout=timeout,
        pool_maxsize=CONNECTIONS,
        max_retries=1,
        retry_on_timeout=False,
        retry_on_status=(),
    )


def _signed_in(address: Address) -> dict[str, str]:
    """Basic authentication (RFC 7617), in UTF-8: opensearch-py's own takes no letter outside of Latin-1."""
    if not address.user:
        return {}
    said = b64encode(f"{address.user}:{address.password}".encode()).decode()
    return {"authorization": f"Basic {said}"}


def _is_fault(status: str | int) -> bool:
    return isinstance(status, int) and status >= 500
