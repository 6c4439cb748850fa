"""Rule 6: bytes are counted after they are unpacked, by the fetch and by every reader."""

import io
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator

import pytest

from harvesters.fetch import Caps, Session
from harvesters.sandbox import Sandbox
from tests.security.fetching import LOOPBACK, TIMES, failing, session
from tests.security.hostile import REFUSED, told_of, zipped
from tests.servers.faulty import Faulty, zeros

__all__ = ["session"]

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


@pytest.mark.parametrize("path", ["/endless", "/endless-chunks", "/says-large"])
def test_body_that_is_too_large_is_cut_off(server: Faulty, path: str) -> None:
    with Session(user_agent="Moothall/0", allow=LOOPBACK, times=TIMES, caps=Caps(list=1_000_000)) as session:
        error = failing(session, server.url(path))
        assert error.problem.code == "too-large"
        assert "1 MB" in error.problem.what
        assert session.bytes < 1_200_000


def test_bomb_of_200_megabytes_is_stopped_early(session: Session, server: Faulty) -> None:
    zeros(200)  # Packed beforehand: that takes the server longer than us to refuse it.
    begun = time.monotonic()
    assert failing(session, server.url("/bomb")).problem.code == "bomb"
    assert session.bytes < 200_000
    assert time.monotonic() - begun < 5


def test_bomb_is_stopped_by_the_cap_alone_too(server: Faulty) -> None:
    caps = Caps(list=1_500_000, ratio=100_000)
    with Session(user_agent="Moothall/0", allow=LOOPBACK, times=TIMES, caps=caps) as session:
        assert failing(session, server.url("/bomb?mb=3")).problem.code == "too-large"


def test_bomb_in_the_body_of_a_redirect_is_not_unpacked(session: Session, server: Faulty) -> None:
    assert session.get(server.url("/bomb?status=302")).status == 200
    assert session.bytes < 1000


def flate(megabytes: int, times: int = 1) -> bytes:
    """A PDF with one page whose content unpacks to so much, packed so often."""
    packed = b"0" * (megabytes << 20)
    for _ in range(times):
        packed = zlib.compress(packed, 9)
    filters = b"[" + b"/FlateDecode " * times + b"]"
    return (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>endobj\n"
        b"4 0 obj<</Length %d/Filter%s>>stream\n%s\nendstream endobj\ntrailer<</Root 1 0 R>>"
        % (len(packed), filters, packed)
    )


def paragraphs(count: int) -> bytes:
    """A Word document of so many empty paragraphs, which packs to nearly nothing."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("word/document.xml", b"<w:document xmlns:w='w'><w:body>" + b"<w:p/>" * count)
    return out.getvalue()


@pytest.mark.parametrize(
    ("reader", "made"),
    [
        ("office", lambda: zipped("word/document.xml", b"0" * (150 << 20))),
        ("sheet", lambda: zipped("xl/worksheets/sheet1.xml", b"0" * (150 << 20))),
        ("office", lambda: paragraphs(3_000_000)),
        ("pdf", lambda: flate(300)),
        ("pdf", lambda: flate(200, times=2)),
    ],
    ids=["a text of 150 MB", "a sheet of 150 MB", "three million paragraphs", "a page of 300 MB", "packed twice"],
)
def test_a_document_that_unpacks_to_far_more_is_refused_or_cut_in_time(
    sandbox: Sandbox, reader: str, made: Callable[[], bytes]
) -> None:
    document = made()
    assert len(document) < 2_000_000
    begun = time.monotonic()
    told = told_of(sandbox, reader, document)
    assert time.monotonic() - begun < 35
    assert told in (*REFUSED, "bomb") or len(told) < 5_000_000
