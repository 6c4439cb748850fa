"""Many changes in one request: in batches, and what the server says of each."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from hub.errors import IndexUnavailable
from hub.index.opensearch.sentences import MISSING, reason
from hub.index.opensearch.server import Server

BATCH_BYTES: Final = 2_000_000
BATCH: Final = 500
"""Changes, and bytes of them, that one request holds at most; a single larger one goes alone."""


@dataclass(frozen=True, slots=True)
class Line:
    """One change: the id of what is changed, and what the server is sent for it."""

    id: str
    sent: str


def versioned(action: str, id: str, version: int) -> str:
    """The beginning of a change that an older version does not make."""
    return json.dumps({action: {"_id": id, "version": version, "version_type": "external_gte"}})


def batches(lines: Iterable[Line], most: int = BATCH, most_bytes: int = BATCH_BYTES) -> Iterator[list[Line]]:
    """The lines in parts of at most so many, and so many bytes."""
    batch: list[Line] = []
    size = 0
    for line in lines:
        if batch and (len(batch) >= most or size + len(line.sent) > most_bytes):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line.sent)
    if batch:
        yield batch


def send(server: Server, index: str, batch: Sequence[Line], *, alias: bool) -> dict[str, str]:
    """Make these changes; {id: why} of those that the server refuses. With `alias`, `index` must be one.

    An alias that is gone must not become an index without our mapping. IndexUnavailable where it is not their fault.
    """
    asked = {"require_alias": "true"} if alias else {}
    answer = server.ask("POST", f"/{index}/_bulk", "".join(line.sent for line in batch), asked)
    refused = {}
    for line, item in zip(batch, answer["items"], strict=True):
        why = _refused(next(iter(item.values())))
        if why:
            refused[line.id] = why
    return refused


def _refused(item: Mapping[str, Any]) -> str:
    """Why one change was refused; empty when it was made. The same or a newer version that is there is no error."""
    status = int(item.get("status", 500))
    if "error" not in item or status == HTTPStatus.CONFLICT:
        return ""
    if status == HTTPStatus.NOT_FOUND:
        raise IndexUnavailable(MISSING)
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= 500:
        raise IndexUnavailable(f"The search server could not write: {reason(item['error'])}.")
    return reason(item["error"])
