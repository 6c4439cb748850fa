"""Frames on a pipe between the hub and its sandbox: a JSON header and a body, lengths in front."""

import json
import os
import struct
from typing import Any

_LENGTHS = struct.Struct(">IQ")
_CHUNK = 1 << 20


def write(pipe: int, header: dict[str, Any], body: bytes | bytearray = b"") -> None:
    """Write one frame whole; BrokenPipeError when nobody reads any more."""
    head = json.dumps(header).encode()
    write_all(pipe, _LENGTHS.pack(len(head), len(body)) + head)
    write_all(pipe, body)


def read(pipe: int) -> tuple[dict[str, Any], bytes] | None:
    """Wait for one frame; None when the other side has closed the pipe, be it in the middle of a frame."""
    lengths = _read_exactly(pipe, _LENGTHS.size)
    if lengths is None:
        return None
    head_length, body_length = _LENGTHS.unpack(lengths)
    head = _read_exactly(pipe, head_length)
    body = _read_exactly(pipe, body_length)
    if head is None or body is None:
        return None
    return json.loads(head), body


def write_all(pipe: int, data: bytes | bytearray) -> None:
    """Write bytes without a frame, however many turns it takes."""
    view = memoryview(data)
    while view:
        view = view[os.write(pipe, view[:_CHUNK]) :]


def _read_exactly(pipe: int, length: int) -> bytes | None:
    parts: list[bytes] = []
    while length:
        part = os.read(pipe, min(length, _CHUNK))
        if not part:
            return None
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
