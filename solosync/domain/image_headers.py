"""What a picture file says of itself: its kind and its size in pixels.

Read from the first bytes, without decoding: a few kilobytes can unfold to gigabytes of pixels, and
the libraries that decode are for the child process. PNG as W3C's specification says, JPEG as
ITU T.81, WebP as RFC 9649.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from solosync.errors import Invalid

SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
MOST_PIXELS = 64_000_000
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
_PNG_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
# Start and step in x and y of the seven passes of an interlaced PNG.
_PNG_PASSES = (
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4),
    (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
)  # fmt: skip
_PIECE_BYTES = 64 * 1024
# The frame headers of JPEG; the codes between them mean other things.
_JPEG_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


class Header(NamedTuple):
    content_type: str
    width: int
    height: int


def read(path: Path) -> Header:
    """Raises Invalid for what is no PNG, JPEG or WebP, and for more than MOST_PIXELS."""
    with path.open("rb") as file:
        start = file.read(32)
        try:
            header = _read(file, start)
        except (struct.error, EOFError):
            raise Invalid("That picture is cut short.") from None
    if header.width < 1 or header.height < 1:
        raise Invalid("That picture has no pixels.")
    if header.width * header.height > MOST_PIXELS:
        raise Invalid(
            f"That picture is {header.width} x {header.height} pixels;"
            f" at most {MOST_PIXELS // 1_000_000} million are taken."
        )
    return header


def check_png(path: Path) -> Header:
    """As `read`, for what has to be a whole PNG: each chunk's checksum and all pixels are there.
    Raises Invalid. Takes up to a second for the largest."""
    header = read(path)
    if header.content_type != "image/png":
        raise Invalid("That is no PNG.")
    with path.open("rb") as file:
        file.seek(len(_PNG))
        _Pixels(file).check()
    return header


def _read(file: BinaryIO, start: bytes) -> Header:
    if start.startswith(_PNG):
        if start[12:16] != b"IHDR":
            raise Invalid("That PNG doesn't begin with its header.")
        return Header("image/png", *struct.unpack(">II", start[16:24]))
    if start.startswith(b"\xff\xd8\xff"):
        return Header("image/jpeg", *_jpeg_size(file))
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return Header("image/webp", *_webp_size(start))
    raise Invalid("That is no picture of a kind that is taken here: PNG, JPEG or WebP.")


def _jpeg_size(file: BinaryIO) -> tuple[int, int]:
    file.seek(2)
    while True:
        byte = _exactly(file, 1)[0]
        if byte != 0xFF:
            raise Invalid("That JPEG is broken.")
        while byte == 0xFF:  # any number of them may come before a marker
            byte = _exactly(file, 1)[0]
        if byte in _JPEG_ALONE:
            continue
        (length,) = struct.unpack(">H", _exactly(file, 2))
        if byte in _JPEG_FRAMES:
            _, height, width = struct.unpack(">BHH", _exactly(file, 5))
            return width, height
        if byte in (0xD9, 0xDA) or length < 2:
            raise Invalid("That JPEG doesn't say how large it is.")
        file.seek(length - 2, 1)


def _webp_size(start: bytes) -> tuple[int, int]:
    kind = start[12:16]
    if kind == b"VP8 ":
        if start[23:26] != b"\x9d\x01\x2a":
            raise Invalid("That WebP is broken.")
        width, height = struct.unpack("<HH", start[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        (bits,) = struct.unpack("<I", start[21:25])
        if start[20] != 0x2F:
            raise Invalid("That WebP is broken.")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X":
        width, high_width, height, high_height = struct.unpack("<HBHB", start[24:30])
        return (width | high_width << 16) + 1, (height | high_height << 16) + 1
    raise Invalid("That WebP is of an unknown kind.")


class _Pixels:
    """Walks through a PNG's chunks after the signature."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._inflater = zlib.decompressobj()
        self._left = -1  # bytes of pixels still to come

    def check(self) -> None:
        try:
            for kind, content in self._chunks():
                self._take(kind, content)
        except (struct.error, EOFError):
            raise Invalid("That PNG is cut short.") from None
        except zlib.error:
            raise Invalid("That PNG's pixels are broken.") from None
        if self._left != 0:
            raise Invalid("That PNG has fewer pixels than it says.")

    def _take(self, kind: bytes, content: bytes) -> None:
        if (kind == b"IHDR") != (self._left < 0):
            raise Invalid("That PNG has more than one header, or none.")
        if kind == b"IHDR":
            self._left = _raw_bytes(content)
        elif kind == b"IDAT":
            self._inflate(content)

    def _inflate(self, content: bytes) -> None:
        while content and self._left > 0:
            piece = self._inflater.decompress(content, min(_PIECE_BYTES, self._left))
            self._left -= len(piece)
            content = self._inflater.unconsumed_tail
            if not piece and not content:
                return

    def _chunks(self) -> Iterator[tuple[bytes, bytes]]:
        """Kinds and contents to the end; large chunks in pieces."""
        kind = b""
        while kind != b"IEND":
            length, kind = struct.unpack(">I4s", _exactly(self._file, 8))
            checksum = zlib.crc32(kind)
            if kind == b"IHDR" and length != 13:
                raise Invalid("That PNG's header is broken.")
            if length == 0:
                yield kind, b""
            while length > 0:
                piece = _exactly(self._file, min(length, _PIECE_BYTES))
                length -= len(piece)
                checksum = zlib.crc32(piece, checksum)
                yield kind, piece
            if _exactly(self._file, 4) != checksum.to_bytes(4, "big"):
                raise Invalid("That PNG is damaged: a checksum doesn't fit.")


def _raw_bytes(header: bytes) -> int:
    """The bytes of all pixels before compression, a filter byte for each line included."""
    width, height, depth, color, compression, filtering, interlace = struct.unpack(
        ">IIBBBBB", header
    )
    if depth not in _PNG_DEPTHS.get(color, ()) or compression or filtering or interlace > 1:
        raise Invalid("That PNG's header is broken.")
    bits = depth * _PNG_CHANNELS[color]
    passes = _PNG_PASSES if interlace else ((0, 0, 1, 1),)
    total = 0
    for left, top, step_x, step_y in passes:
        columns = -(-(width - left) // step_x)
        lines = -(-(height - top) // step_y)
        if columns > 0 and lines > 0:
            total += lines * (1 + -(-columns * bits // 8))
    return total


def _exactly(file: BinaryIO, count: int) -> bytes:
    """Raises EOFError if there is less."""
    read = file.read(count)
    if len(read) < count:
        raise EOFError
    return read
