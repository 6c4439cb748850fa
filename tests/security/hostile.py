"""Documents that attack whoever reads them, and what came of reading one."""

import io
import zipfile

from harvesters.errors import ReadError
from harvesters.sandbox import Limits, Sandbox

SHORT = Limits(wall=6.0, cpu=3.0, memory=1 << 30, output=1 << 20)
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(12))
    + b"]>"
)
"""A billion laughs: ten times ten times ten …"""

REFUSED = ("unreadable", "not-a-list", "reader-crashed", "reader-too-slow", "empty-document")
"""Codes of problems that a refused document becomes."""


def zipped(name: str, part: bytes) -> bytes:
    """A package as office files are, with this one part."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(name, part)
    return out.getvalue()


def told_of(sandbox: Sandbox, reader: str, document: bytes) -> str:
    """The answer as text, or the code of the one problem that reading it became."""
    try:
        return str(sandbox.read(reader, document, url="https://e.example/"))
    except ReadError as error:
        return error.problem.code
