"""Bitmaps: the pictures on a board, read from data URLs and from our own files.

What is read here was made by anybody: its type is found by its content, its size is known before
it is decoded, and nothing that it refers to is ever looked at. What can't be shown becomes a
placeholder and a warning, never an error.
"""

import hashlib
import io
import warnings
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from solosync.render import assets, data_urls
from solosync.render.errors import Unreadable
from solosync.render.geometry import Box
from solosync.render.geometry import Path as Outline
from solosync.render.scene import Color, Fill, Op, Stroke
from solosync.render.shapes import ellipse, rectangle

MAX_PIXELS = 64 << 20  # of one picture
MAX_BYTES = 32 << 20  # of one picture, as it is stored
_KEPT_PIXELS = MAX_PIXELS  # of a board's decoded pictures, at most 4 bytes each
# From board to board: most that are drawn are drawn again, with one stroke more.
_REMEMBERED_PIXELS = 4 << 20
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "ICO")
_ORIENTATION = 0x0112  # EXIF

# Twice this is refused by Pillow itself, also inside of icons, whose size isn't in the header.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS // 2


_Bytes = Callable[[], bytes]
_Source = Callable[[], Image.Image]
_Decode = Callable[[bytes], Image.Image]


class Bitmap:
    """A picture as pixels. Two of them are equal only if they are the same."""

    def __init__(
        self, source: _Source, width: int, height: int, shelf: "_Shelf", jpeg: _Bytes | None = None
    ) -> None:
        self.width = width
        self.height = height
        self._source = source
        self._shelf = shelf
        self._jpeg = jpeg

    @property
    def jpeg(self) -> bytes | None:
        """The file as it is, if it is a JPEG that shows upright and in colours every reader
        knows."""
        return None if self._jpeg is None else self._jpeg()

    @classmethod
    def of(cls, image: Image.Image) -> "Bitmap":
        """Of a picture made here, RGB or RGBA."""
        return cls(partial(_same, image), image.width, image.height, _Shelf(_KEPT_PIXELS))

    def image(self) -> Image.Image:
        """RGB or RGBA, upright; not to be changed. It is decoded when it is needed and kept as
        long as there is room."""
        return self._shelf.get(self, self._source)


def _same(image: Image.Image) -> Image.Image:
    return image


def _both(read: _Bytes, decode: _Decode) -> Image.Image:
    return decode(read())


class _Shelf:
    """Decoded pictures, the last used ones of them; none that is larger than all of it."""

    def __init__(self, most_pixels: int) -> None:
        self._most_pixels = most_pixels
        self._images: OrderedDict[Hashable, Image.Image] = OrderedDict()
        self._pixels = 0

    def get(self, key: Hashable, source: _Source) -> Image.Image:
        image = self._images.get(key)
        if image is None:
            self.put(key, image := source())
        else:
            self._images.move_to_end(key)
        return image

    def put(self, key: Hashable, image: Image.Image) -> None:
        size = image.width * image.height
        if key in self._images or size > self._most_pixels:
            return
        self._images[key] = image
        self._pixels += size
        while self._pixels > self._most_pixels:
            _, oldest = self._images.popitem(last=False)
            self._pixels -= oldest.width * oldest.height


_REMEMBERED = _Shelf(_REMEMBERED_PIXELS)


def _remembered(decode: _Decode, wanted: "_Wanted", data: bytes) -> Image.Image:
    key = hashlib.sha256(data).digest(), wanted.width, wanted.height
    return _REMEMBERED.get(key, lambda: decode(data))


class _Wanted(NamedTuple):
    """A picture, and for one without pixels of its own, how large it is shown."""

    src: str
    width: int
    height: int


class Pictures:
    """The pictures of one board. ``files`` says where those are kept that a state names by an
    address; nothing is fetched from anywhere. ``warnings`` grows while pictures are loaded."""

    def __init__(self, files: Mapping[str, Path] | None = None) -> None:
        self.files = files or {}
        self._warnings: dict[str, None] = {}
        self._bitmaps: dict[_Wanted, Bitmap | None] = {}
        self._shelf = _Shelf(_KEPT_PIXELS)

    @property
    def warnings(self) -> list[str]:
        return list(self._warnings)

    def load(self, src: str, kind: str, width: float, height: float) -> Bitmap | None:
        """None, and a warning, if it can't be shown. ``kind`` is what the board calls it (image,
        svg or pdf), used only in words; ``width`` and ``height`` are how large it is shown."""
        wanted = _Wanted(src, 0, 0)
        if wanted not in self._bitmaps:
            wanted = _Wanted(src, assets.step(width), assets.step(height))
        if wanted not in self._bitmaps:
            try:
                bitmap, is_scalable = self._read(src, wanted)
            except Unreadable as error:
                self._warnings[f"{_called(src, kind)} is not shown: {error}."] = None
                bitmap, is_scalable = None, False
            self._bitmaps[wanted if is_scalable else _Wanted(src, 0, 0)] = bitmap
            return bitmap
        return self._bitmaps[wanted]

    def _read(self, src: str, wanted: _Wanted) -> tuple[Bitmap, bool]:
        # The bytes are read again whenever they are needed: a board may have a thousand pictures.
        read = partial(self._bytes, src)
        data = read()
        decode: _Decode
        if assets.is_pdf(data):
            decode = partial(assets.pdf, width=wanted.width, height=wanted.height)
        elif assets.is_svg(data):
            decode = partial(assets.svg, width=wanted.width, height=wanted.height)
        else:
            decode, wanted = _decoded, _Wanted(src, 0, 0)
        is_scalable = decode is not _decoded
        return self._bitmap(partial(_remembered, decode, wanted), read, data), is_scalable

    def _bitmap(self, decode: _Decode, read: _Bytes, data: bytes) -> Bitmap:
        image = decode(data)
        jpeg = read if _is_embeddable(data) else None
        source = partial(_both, read, decode)
        bitmap = Bitmap(source, image.width, image.height, self._shelf, jpeg)
        self._shelf.put(bitmap, image)
        return bitmap

    def _bytes(self, src: str) -> bytes:
        if data_urls.is_one(src):
            return data_urls.decode(src, MAX_BYTES)
        path = self.files.get(src)
        if path is None:
            raise Unreadable("it isn't kept on this server")
        try:
            if path.stat().st_size > MAX_BYTES:
                raise Unreadable(f"it is larger than {MAX_BYTES >> 20} MiB")
            return path.read_bytes()
        except OSError as error:
            raise Unreadable("its file can't be read") from error


def _called(src: str, kind: str) -> str:
    noun = {"svg": "An SVG picture", "pdf": "A PDF picture"}.get(kind, "A picture")
    if data_urls.is_one(src):
        return f"{noun} in the board"
    return f"{noun} ({src if len(src) <= 100 else src[:99] + '…'})"


def open_image(data: bytes) -> Image.Image:
    """Its header read, its pixels not yet. Raises Unreadable, also if it has too many pixels."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise Unreadable(_too_many()) from error
    except UnidentifiedImageError as error:
        raise Unreadable("it is of no type that can be drawn") from error
    except Exception as error:  # the decoders raise anything when they are given rubbish
        raise Unreadable("it is damaged") from error
    if image.width * image.height > MAX_PIXELS:
        raise Unreadable(_too_many())
    return image


def _too_many() -> str:
    return f"it has more than {MAX_PIXELS >> 20} million pixels"


def _decoded(data: bytes) -> Image.Image:
    """The first frame, upright, RGB or RGBA."""
    image = open_image(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what a file could have been better
            image.load()
            return _coloured(_upright(image))
    except Image.DecompressionBombError as error:
        raise Unreadable(_too_many()) from error
    except Exception as error:  # as above: OSError, SyntaxError, struct.error, IndexError ...
        raise Unreadable("it is damaged or cut short") from error


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # broken EXIF data are no reason not to show the picture
        return image


def _coloured(image: Image.Image) -> Image.Image:
    if image.mode in ("RGB", "RGBA"):
        return image.convert("RGBA") if "transparency" in image.info else image
    if image.mode.startswith("I"):  # 16 bits of grey, whatever it is called
        grey = np.asarray(image).astype(np.int64).clip(0, 0xFFFF) >> 8
        return Image.fromarray(grey.astype(np.uint8)).convert("RGB")
    has_alpha = image.mode in ("LA", "La", "PA", "RGBa") or "transparency" in image.info
    return image.convert("RGBA" if has_alpha else "RGB")


def _is_embeddable(data: bytes) -> bool:
    if not data.startswith(b"\xff\xd8\xff"):
        return False
    image = open_image(data)
    try:
        upright = image.getexif().get(_ORIENTATION, 1) in (0, 1)
    except Exception:  # broken EXIF data: readers may disagree
        return False
    return upright and image.format == "JPEG" and image.mode in ("RGB", "L")


_PALE: Color = (243, 244, 246)
_LINE: Color = (156, 163, 175)


def placeholder(box: Box) -> tuple[Op, ...]:
    """What stands for a picture that can't be shown: a pale card with hills and a sun."""
    if box.is_empty:
        return ()
    size = min(box.width, box.height)
    line = max(0.5, min(2.0, size / 50))
    frame = Box(box.left + line, box.top + line, box.right - line, box.bottom - line)
    ops: list[Op] = [Fill(rectangle(box), _PALE)]
    if not frame.is_empty:
        ops.append(Stroke(Outline((*rectangle(frame).subpaths,)), _LINE, line, join="miter"))
    x, y, unit = (box.left + box.right) / 2, (box.top + box.bottom) / 2, size / 4
    hills = [(-1, 0.7), (-0.35, -0.2), (0.1, 0.35), (0.4, 0.05), (1, 0.7)]
    ops.append(Fill(Outline.polygon([(x + dx * unit, y + dy * unit) for dx, dy in hills]), _LINE))
    ops.append(Fill(ellipse(x + 0.45 * unit, y - 0.45 * unit, unit / 5, unit / 5), _LINE))
    return tuple(ops)
