"""PNG files (W3C PNG, third edition) of drawings.

Pillow's writer spends most of its time on choosing a filter for each row, which makes drawings
larger: their rows repeat exactly. Here the whole picture has one filter, chosen by a sample of it,
and ISA-L packs it in a sixth of zlib's time.
"""

import struct
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from isal import isal_zlib
from PIL import Image

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_NONE, _UP = 0, 2  # filters: the bytes themselves, and what they are more than those above them
_COLOR_TYPES = {"RGB": 2, "RGBA": 6}
_BAND = 1 << 18  # pixels worked on at once, so that they stay in the processor's cache
_SAMPLED_ROWS = 8  # in a row, because it is repetition that is measured
_SAMPLE_EVERY = 128  # rows
_LEVEL = 2  # beyond it, ISA-L takes twice as long for files that are no smaller
_LARGEST_WINDOW = 15

_Bytes = npt.NDArray[np.uint8]
_Rows = npt.NDArray[np.uint8]  # (rows, bytes)


def encode_png(pixels: _Bytes) -> bytes:
    """Of (height, width, 3 or 4) RGB or RGBA, without alpha if all of it is opaque."""
    pixels = np.ascontiguousarray(pixels)
    height, width, channels = pixels.shape
    mode = "RGB" if channels == 3 or _is_opaque(pixels) else "RGBA"
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOR_TYPES[mode], 0, 0, 0)
    packer = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _LARGEST_WINDOW)
    filtered = _raised(pixels, mode) if _best_filter(pixels) == _UP else _plain(pixels, mode)
    body = [*map(packer.compress, filtered), packer.flush()]
    return b"".join(
        [_SIGNATURE, *_chunk(b"IHDR", [header]), *_chunk(b"IDAT", body), *_chunk(b"IEND", [])]
    )


def _chunk(name: bytes, parts: list[bytes]) -> list[bytes]:
    length = sum(map(len, parts))
    check = isal_zlib.crc32(name)
    for part in parts:
        check = isal_zlib.crc32(part, check)
    return [struct.pack(">I", length), name, *parts, struct.pack(">I", check)]


def _bands(pixels: _Bytes) -> Iterator[_Bytes]:
    height = max(1, _BAND // pixels.shape[1])
    for top in range(0, len(pixels), height):
        yield pixels[top : top + height]


def _is_opaque(pixels: _Bytes) -> bool:
    # Four bytes at a time: a look at each fourth byte takes ten times as long.
    together = np.bitwise_and.reduce(pixels.view(np.uint32), axis=None)
    return bool(np.array([together]).view(np.uint8)[3] == 255)


def _plain(pixels: _Bytes, mode: str) -> Iterator[bytes]:
    """Rows with a zero before each, _NONE: Pillow puts one behind each, and the first is ours."""
    yield bytes([_NONE])
    rest = len(pixels)
    for band in _bands(pixels):
        rest -= len(band)
        rows = _packed(band, mode, len(mode) * band.shape[1] + 1)
        yield rows if rest else rows[:-1]


def _raised(pixels: _Bytes, mode: str) -> Iterator[bytes]:
    """Rows filtered by _UP."""
    above: _Rows = np.zeros((1, pixels.shape[1] * len(mode)), np.uint8)
    for band in _bands(pixels):
        rows = _rows(band, mode)
        yield _less(rows, above)
        above = rows[-1:]


def _packed(pixels: _Bytes, mode: str, stride: int) -> bytes:
    """Each pixel's bytes; what is between two rows is zero."""
    if mode == "RGBA":
        # They are as they should be, and Pillow has no room for what follows on a row of 64 KiB.
        rows = np.zeros((len(pixels), stride), np.uint8)
        rows[:, : pixels[0].size] = pixels.reshape(len(pixels), -1)
        return rows.tobytes()
    return Image.fromarray(pixels).tobytes("raw", mode, stride)


def _rows(pixels: _Bytes, mode: str) -> _Rows:
    stride = len(mode) * pixels.shape[1]
    return np.frombuffer(_packed(pixels, mode, stride), np.uint8).reshape(-1, stride)


def _less(rows: _Rows, above: _Rows) -> bytes:
    filtered = np.empty((len(rows), 1 + rows.shape[1]), np.uint8)
    filtered[:, 0] = _UP
    np.subtract(rows[:1], above, out=filtered[:1, 1:])
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    return filtered.tobytes()


def _best_filter(pixels: _Bytes) -> int:
    """Drawings repeat, photographs and gradients change slowly."""
    plain = raised = 0
    for top in range(0, len(pixels) - _SAMPLED_ROWS + 1, _SAMPLE_EVERY):
        band = pixels[top : top + _SAMPLED_ROWS].reshape(_SAMPLED_ROWS, -1)
        above, rows = band[:1], band[1:]
        plain += len(isal_zlib.compress(rows.tobytes(), _LEVEL))
        raised += len(isal_zlib.compress(_less(rows, above), _LEVEL))
    return _UP if raised < plain else _NONE
