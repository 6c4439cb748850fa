"""What an error of the server, or of the way to it, means for people. No sentence names an address or a password."""

import ssl
from collections.abc import Mapping
from typing import Final

from opensearchpy import OpenSearchException, TransportError
from opensearchpy import exceptions as theirs

from hub.index.opensearch.address import Address

MISSING: Final = (
    "There is no search index on the server, or one of an older shape. `moothall index rebuild` makes a new one."
)
_CLOSED: Final = "The search index is closed on its server. `moothall index rebuild` makes a new one."
UNREADABLE: Final = (
    "The search server's answer cannot be read. Does an OpenSearch run at the address MOOTHALL_SEARCH_URL?"
)
_EXPIRED: Final = (
    "The search server's certificate is out of date. It needs a new one, or this machine's clock is wrong."
)
_OTHER_NAME: Final = (
    "The search server's certificate is for another name than that in MOOTHALL_SEARCH_URL. Use a name that it holds."
)
_UNKNOWN: Final = (
    "The search server's certificate is of an authority that is not known here. Name its file in SSL_CERT_FILE."
)
_CERTIFICATES: Final = {9: _EXPIRED, 10: _EXPIRED, 62: _OTHER_NAME, 64: _OTHER_NAME}
"""OpenSSL's number of what is wrong with a certificate (X509_V_ERR_…, openssl-verification-options(1))."""
_NO_TLS: Final = (
    "No secure connection to the search server can be made: at this port it speaks no TLS, or none that is safe. "
    "Is MOOTHALL_SEARCH_URL right?"
)
_WANTS_TLS: Final = (
    "The search server wants a secure connection. Let MOOTHALL_SEARCH_URL begin with `opensearchs:` instead of "
    "`opensearch:`."
)


def sentence(error: OpenSearchException, address: Address, timeout: float) -> str:
    """One error of opensearch-py, in words for visitors and operators."""
    if isinstance(error, theirs.ConnectionTimeout):
        return f"The search server did not answer within {timeout:.0f} seconds."
    if isinstance(error, theirs.SSLError):
        return _insecure(error)
    if isinstance(error, theirs.ConnectionError):
        return "The search server cannot be reached. Does it run, and is MOOTHALL_SEARCH_URL right?"
    if isinstance(error, theirs.AuthenticationException) and not address.user:
        return "The search server asks for a user and a password. Write them into MOOTHALL_SEARCH_URL."
    if isinstance(error, theirs.AuthenticationException | theirs.AuthorizationException):
        return "The search server does not accept the user or the password in MOOTHALL_SEARCH_URL."
    if isinstance(error, theirs.NotFoundError) or (isinstance(error, theirs.RequestError) and _is_foreign(error)):
        return MISSING
    if isinstance(error, theirs.RequestError) and "index_closed_exception" in str(error.info):
        return _CLOSED
    if isinstance(error, theirs.RequestError) and not address.secure and _wants_tls(error):
        return _WANTS_TLS
    if isinstance(error, TransportError):
        return f"The search server answers with an error {error.status_code} and says: {reason(error.info)}."
    return UNREADABLE


def _insecure(error: theirs.SSLError) -> str:
    """By what the system's TLS said, which lies two errors deep."""
    deep = error.info.args[0] if isinstance(error.info, Exception) and error.info.args else None
    if isinstance(deep, ssl.SSLCertVerificationError):
        return _CERTIFICATES.get(deep.verify_code, _UNKNOWN)
    return _NO_TLS


def _wants_tls(error: theirs.RequestError) -> bool:
    """Whether this is how nginx, Apache and Go refuse HTTP at a port of HTTPS: status 400, and a page that names it."""
    said = str(error.error)
    return error.info is None and ("HTTPS" in said or "SSL" in said)


def _is_foreign(error: theirs.RequestError) -> bool:
    """Whether the index does not know the field that all of ours have (Names.mark), or takes a word for a text."""
    return any(words in str(error.info) for words in ("No mapping found for [", "use a keyword field instead"))


def reason(said: object) -> str:
    """Why, from the body or the item of an error; the deepest cause says most. At most 300 characters."""
    error = said.get("error", said) if isinstance(said, Mapping) else said
    reasons = []
    while isinstance(error, Mapping):
        reasons.append(str(error.get("reason") or error.get("type") or ""))
        error = error.get("caused_by")
    words = ": ".join(dict.fromkeys(filter(None, reasons))) or "nothing more"
    return words[:300].rstrip(".")
