"""What a SKOS file may not do to us: fetch from the web (JSON-LD), or grow without bounds (XML entities)."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from vocab.errors import BrokenFile, RemoteContext

_ENTITIES: Final = re.compile(rb"<!ENTITY\s+(%?)\s*[^\s>]+\s+(SYSTEM|PUBLIC|\"[^\"]*\"|'[^']*')?", re.IGNORECASE)


def guarded(data: bytes, format: str) -> bytes:
    """`data` as it may be given to a parser: no remote JSON-LD context, no XML entities that refer to others.

    Raises BrokenFile or RemoteContext.
    """
    if format == "json-ld":
        return _without_remote(data)
    if format == "xml":
        _check_entities(data)
    return data


def _check_entities(data: bytes) -> None:
    # Short entities for namespaces are usual in SKOS files. Nested, long or very many ones blow a small file up.
    entities = _ENTITIES.findall(data)
    if len(entities) > 100 or any(flag or not value or len(value) > 300 or b"&" in value for flag, value in entities):
        raise BrokenFile("The file declares XML entities that refer to others or to files, which we do not read.")
    if any(value.upper() in (b"SYSTEM", b"PUBLIC") for _, value in entities):
        raise BrokenFile("The file declares XML entities that stand in other files, which we do not read.")


def _without_remote(data: bytes) -> bytes:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BrokenFile(f"The file is not JSON: {in_short(error)}.") from error
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            _check_context(one)
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
    # rdflib gets our reading of the JSON, so that a key that stands there twice cannot hide an address from us.
    return json.dumps(value).encode()


def _check_context(value: Mapping[str, Any]) -> None:
    context = value.get("@context")
    contexts = context if isinstance(context, list) else [context]
    if any(isinstance(one, str) for one in contexts) or "@import" in value:
        raise RemoteContext("The file's @context is an address on the web; put the context itself into the file.")


def in_short(error: Exception) -> str:
    """The error in one line of at most 200 characters, for use in a sentence."""
    return " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__
