"""Bitmaps in a PDF: JPEGs as they are, others by PNG's compression with their alpha beside them."""

import io
import struct
from typing import TYPE_CHECKING, Any, NamedTuple

from solosync.render.pdf_document import Document, array, dictionary

if TYPE_CHECKING:
    from PIL.Image import Image

    from solosync.render.images import Bitmap

COLOR_SPACES = {1: "/DeviceGray", 3: "/DeviceRGB", 4: "/DeviceCMYK"}
# Start-of-frame markers but for arithmetic coding and lossless JPEG, which readers needn't know.
FRAMES = {0xC0, 0xC1, 0xC2}
WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}
START_OF_SCAN = 0xDA


class Pictures:
    """Each bitmap is in the document once, however often it is shown."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._known: dict[int, tuple[Bitmap, str, Any]] = {}

    def of(self, bitmap: "Bitmap") -> tuple[str, Any]:
        """Its name in a content stream, and the reference."""
        known = self._known.get(id(bitmap))
        if known is None:
            # The bitmap is kept, so that no other one gets its id.
            known = (bitmap, f"P{len(self._known) + 1}", _add(self._document, bitmap))
            self._known[id(bitmap)] = known
        return known[1:]


class Frame(NamedTuple):
    width: int
    height: int
    components: int


def jpeg_frame(data: bytes) -> Frame | None:
    """What a JPEG's header says; None if readers of PDF may not show it."""
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in FRAMES:
            depth, height, width, components = struct.unpack_from(">BHHB", data, at + 4)
            fits = depth == 8 and height and width and components in COLOR_SPACES
            return Frame(width, height, components) if fits else None
        if marker == START_OF_SCAN:
            return None
        if marker == 0xFF:
            at += 1
        elif marker in WITHOUT_LENGTH:
            at += 2
        else:
            at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    return None


def _add(document: Document, bitmap: "Bitmap") -> Any:
    jpeg = bitmap.jpeg
    if jpeg is not None:
        frame = jpeg_frame(jpeg)
        if frame is not None and (frame.width, frame.height) == (bitmap.width, bitmap.height):
            entries = _entries(frame.width, frame.height, COLOR_SPACES[frame.components])
            if frame.components == 4:
                # Adobe's programs, which make these, store them inverted.
                entries["Decode"] = array([1, 0] * 4)
            return document.add_stream(entries, jpeg, encoded="DCTDecode")
    image = bitmap.image()
    mask = None
    if image.mode == "RGBA":
        alpha = image.getchannel("A")
        if alpha.getextrema()[0] != 255:
            mask = _add_samples(document, alpha, "/DeviceGray")
    return _add_samples(document, image.convert("RGB"), "/DeviceRGB", mask)


def _entries(width: int, height: int, color_space: str) -> dict[str, Any]:
    return {
        "Type": "/XObject",
        "Subtype": "/Image",
        "Width": width,
        "Height": height,
        "ColorSpace": color_space,
        "BitsPerComponent": 8,
        "Interpolate": "true",  # enlarged as smoothly as by browsers
    }


def _add_samples(
    document: Document, image: "Image", color_space: str, mask: Any | None = None
) -> Any:
    entries = _entries(image.width, image.height, color_space)
    entries["DecodeParms"] = dictionary(
        {
            "Predictor": 15,
            "Colors": len(image.getbands()),
            "BitsPerComponent": 8,
            "Columns": image.width,
        }
    )
    if mask is not None:
        entries["SMask"] = mask
    return document.add_stream(entries, _png_data(image), encoded="FlateDecode")


def _png_data(image: "Image") -> bytes:
    """The compressed lines of a PNG, which is just what PDF's predictor 15 takes."""
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=6)
    data = file.getvalue()
    parts = []
    at = 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        if data[at + 4 : at + 8] == b"IDAT":
            parts.append(data[at + 8 : at + 8 + length])
        at += 12 + length
    return b"".join(parts)
