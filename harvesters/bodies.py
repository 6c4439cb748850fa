"""The body of an answer, unpacked piece by piece, and stopped as soon as it is more than we take."""

import zlib
from typing import Final

PIECE: Final = 65536
"""Bytes that are unpacked at a time, so that a bomb never takes more memory than its cap and one piece."""
RATIO_FROM: Final = 1024 * 1024
"""The ratio counts from here on: a short page of equal lines packs well and is no bomb."""


class BodyError(Exception):
    """The body cannot be taken; `code` is one of the catalogue (`too-large`, `bomb`, `bad-answer`)."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class Body:
    """Collects at most `cap` bytes after unpacking; `coding` is the Content-Encoding.

    With `cut`, what comes after the cap is left out instead of an error. gzip (also several members) and deflate (with
    or without zlib's frame) are read; any other coding is a BodyError, as we asked for none.
    """

    def __init__(self, coding: str, cap: int, ratio: int, cut: bool = False) -> None:
        self._cap, self._ratio, self._cut = cap, ratio, cut
        self._packed = 0
        self._whole = bytearray()
        self._first = b""
        coding = coding.strip().lower()
        if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise BodyError("bad-answer", f"it packs its answer in a way that we did not ask for ({coding[:40]})")
        self._deflate = coding == "deflate"
        self._unpack = _inflater(self._deflate) if coding not in ("", "identity") else None

    @property
    def full(self) -> bool:
        """Whether nothing more is wanted (only with `cut`)."""
        return self._cut and len(self._whole) >= self._cap

    def feed(self, data: bytes) -> None:
        """Take bytes as they came over the wire; BodyError when they are too many or broken."""
        self._packed += len(data)
        if self._unpack is None:
            self._keep(data)
            return
        try:
            self._inflate(data)
        except zlib.error as error:
            raise BodyError("bad-answer", "its packed answer is damaged") from error

    def finish(self) -> bytes:
        """The whole body; BodyError when the packed stream broke off."""
        if self._unpack is not None and self._packed and not self._unpack.eof and not self.full:
            raise BodyError("bad-answer", "its packed answer breaks off")
        return bytes(self._whole)

    def _inflate(self, data: bytes) -> None:
        data = self._framed(data)
        more = bool(data)
        while more and not self.full:
            assert self._unpack is not None
            if self._unpack.eof:
                if self._deflate or not data.startswith(b"\x1f"):
                    # What follows the end is padding or rubbish, which every browser passes over.
                    return
                self._unpack = _inflater(False)
            piece = self._unpack.decompress(data, PIECE)
            self._keep(piece)
            data = self._unpack.unconsumed_tail or self._unpack.unused_data
            # A full piece can leave output inside zlib although all input is taken.
            more = bool(data) or (len(piece) == PIECE and not self._unpack.eof)

    def _framed(self, data: bytes) -> bytes:
        """The same bytes, after the first two told whether `deflate` has zlib's frame (RFC 1950) or not (RFC 1951)."""
        if not self._deflate or self._packed - len(data) >= 2:
            return data
        self._first += data
        if len(self._first) < 2:
            return b""
        head, self._first = self._first, b""
        if head[0] & 15 != 8 or (head[0] * 256 + head[1]) % 31:
            self._unpack = zlib.decompressobj(-zlib.MAX_WBITS)
        return head

    def _keep(self, piece: bytes) -> None:
        self._whole += piece
        if len(self._whole) > self._cap:
            if not self._cut:
                raise BodyError("too-large")
            del self._whole[self._cap :]
        elif self._unpack is not None and len(self._whole) > max(RATIO_FROM, self._ratio * self._packed):
            raise BodyError("bomb")


def _inflater(deflate: bool) -> "zlib._Decompress":
    return zlib.decompressobj(zlib.MAX_WBITS if deflate else 16 + zlib.MAX_WBITS)
