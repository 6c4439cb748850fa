"""What broke while we talked to a site, in words for people: our patience, its certificate, or its manners."""

import ssl
from collections.abc import Iterator
from typing import Final

from harvesters.addresses import Target
from harvesters.errors import FetchError
from harvesters.problems import problem
from harvesters.watch import Watch

CERTIFICATES: Final = {
    10: "its certificate has run out",
    18: "its certificate is signed by nobody but itself",
    19: "its certificates are signed by nobody that we know",
    20: "the site does not send the intermediate certificate, or its authority is not a known one",
    21: "the site does not send the intermediate certificate, or its authority is not a known one",
    62: "its certificate is for another name",
    64: "its certificate is for another address",
}
"""OpenSSL's verification codes (x509_vfy.h) in our words."""


class HeadersTooLarge(Exception):
    """More header lines than we take."""


def explain(error: BaseException, watch: Watch, target: Target, idle: float) -> FetchError:
    """The FetchError for an exception of the network; `idle` is the silence in seconds that we bear."""
    causes = list(_causes(error))
    refused = next((one for one in causes if isinstance(one, ssl.SSLError)), None)
    code, detail, seconds = "bad-answer", _manners(causes, watch), watch.seconds
    if watch.expired:
        code = "too-slow"
    elif any(isinstance(one, TimeoutError) for one in causes):
        code, seconds = "too-slow", idle
    elif refused is not None:
        code, detail = "tls", _certificate(refused)
    return FetchError(
        problem(code, where=watch.where, stage=watch.stage, host=target.host, detail=detail, seconds=f"{seconds:.3g}")
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what is wrapped in it, by every way in which requests and urllib3 wrap."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]


def _certificate(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return CERTIFICATES.get(error.verify_code, error.verify_message)
    if isinstance(error, ssl.SSLEOFError):
        return "the site broke the handshake off"
    return (error.reason or "the site does not speak it").replace("_", " ").lower()


def _manners(causes: list[BaseException], watch: Watch) -> str:
    if any(isinstance(one, HeadersTooLarge) for one in causes):
        return "its headers are larger than we take"
    if watch.answered:
        return "its answer breaks off before the end"
    if any(isinstance(one, ConnectionError) for one in causes):
        return "it closes the connection without an answer"
    return "what it sends is not HTTP"
