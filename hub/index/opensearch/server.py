"""One request to the server: with a time limit, through the breaker, and with errors in our words."""

import os
import threading
from collections.abc import Collection, Mapping
from typing import Any, Final

from opensearchpy import OpenSearchException, Transport, TransportError, Urllib3HttpConnection
from opensearchpy import exceptions as theirs

from hub.errors import IndexUnavailable
from hub.index.opensearch.address import Address
from hub.index.opensearch.breaker import Breaker

READING: Final = 2.0
"""Seconds that a question may take: a person waits for it."""

WRITING: Final = 30.0
"""Seconds for what the work process does: a batch of large documents, a new index, a switch."""

MATCHING: Final = 120.0
"""Seconds for thousands of documents against tens of thousands of saved searches: nobody waits for it."""

OVERLOADED: Final = 429

WHOLE: Final = {"allow_partial_search_results": "false"}
"""Half an answer would have a wrong total: an error is better."""

MISSING: Final = (
    "There is no search index on the server, or one of an older shape. `moothall index rebuild` makes a new one."
)


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
            raise IndexUnavailable(self._sentence(error)) from error
        self._breaker.worked()
        return answer

    def _judge(self, error: OpenSearchException) -> None:
        status = error.status_code if isinstance(error, TransportError) else 0
        if isinstance(error, theirs.ConnectionError) or status == OVERLOADED or _is_fault(status):
            self._breaker.failed()
        else:
            self._breaker.worked()

    def _sentence(self, error: OpenSearchException) -> str:
        if isinstance(error, theirs.ConnectionTimeout):
            return f"The search server did not answer within {self._timeout:.0f} seconds."
        if isinstance(error, theirs.SSLError):
            return "The search server's certificate is not accepted. Is its authority in SSL_CERT_FILE?"
        if isinstance(error, theirs.ConnectionError):
            return "The search server cannot be reached. Does it run, and is MOOTHALL_SEARCH_URL right?"
        if isinstance(error, theirs.AuthenticationException | theirs.AuthorizationException):
            return "The search server does not accept the user or the password in MOOTHALL_SEARCH_URL."
        if isinstance(error, theirs.NotFoundError):
            return MISSING
        if isinstance(error, TransportError):
            return f"The search server answers with an error {error.status_code} and says: {reason(error.info)}."
        return "The search server's answer cannot be read. Does an OpenSearch run at the address MOOTHALL_SEARCH_URL?"

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
    user = (address.user, address.password) if address.user else None
    # Tried once more where a connection was closed meanwhile, never after a time limit or an error of the server.
    return Transport(
        [host],
        connection_class=Urllib3HttpConnection,
        http_auth=user,
        timeout=timeout,
        max_retries=1,
        retry_on_timeout=False,
        retry_on_status=(),
    )


def _is_fault(status: str | int) -> bool:
    return isinstance(status, int) and status >= 500


def reason(said: object) -> str:
    """Why, from the body or the item of an error; the deepest cause says most. At most 300 characters."""
    error = said.get("error", said) if isinstance(said, Mapping) else said
    reasons = []
    while isinstance(error, Mapping):
        reasons.append(str(error.get("reason") or error.get("type") or ""))
        error = error.get("caused_by")
    words = ": ".join(dict.fromkeys(filter(None, reasons))) or "nothing more"
    return words[:300].rstrip(".")
