"""Pictures on an Excalidraw board: cropped, flipped, with round corners."""

from collections.abc import Mapping
from typing import Any

from solosync.render.geometry import IDENTITY, Box, Matrix, Path
from solosync.render.images import Pictures
from solosync.render.scene import Color, Fill, Group, Op, Picture
from solosync.render.scenes.excalidraw_elements import Element
from solosync.render.scenes.values import number, positive, string
from solosync.render.shapes import ellipse, rectangle, rounded_rectangle

PALE: Color = (0xE7, 0xE7, 0xE7)
GREY: Color = (0x88, 0x88, 0x88)
ICON_SHARE, MAX_ICON = 0.4, 100.0  # of the shorter side; in pixels
HILLS = ((-0.36, 0.25), (-0.36, 0.13), (-0.22, -0.01), (-0.13, 0.08), (0.11, -0.14), (0.36, 0.1))


def image(element: Element, files: Mapping[str, Any], pictures: Pictures, alpha: float) -> Group:
    """In the element's coordinates; a placeholder where there is no picture to be had."""
    box = Box(0, 0, element.width, element.height)
    bitmap = None
    file = files.get(string(element.raw.get("fileId")))
    if isinstance(file, dict):
        kind = "svg" if file.get("mimeType") == "image/svg+xml" else "image"
        shown = _crop(element)
        enlarged = (box.width / shown.width, box.height / shown.height)
        bitmap = pictures.load(string(file.get("dataURL")), kind, *enlarged)
    if bitmap is None:
        return Group(_placeholder(box), alpha)
    part = _crop(element)
    whole = Matrix(
        box.width / part.width,
        0,
        0,
        box.height / part.height,
        -part.left * box.width / part.width,
        -part.top * box.height / part.height,
    )
    is_cut = part != Box(0, 0, 1, 1) or element.roundness is not None
    radius = element.corner_radius(min(box.width, box.height))
    clip = rounded_rectangle(box, radius) if is_cut else None
    parts: tuple[Op, ...] = (Picture(bitmap, whole, alpha),)
    if clip is not None:
        parts = (Group(parts, clip=clip),)
    return Group(parts, matrix=_flip(element, box))


def _crop(element: Element) -> Box:
    """What is shown of the picture, in shares of its width and height."""
    crop = element.raw.get("crop")
    if not isinstance(crop, dict):
        return Box(0, 0, 1, 1)
    width = positive(crop.get("naturalWidth"), None)
    height = positive(crop.get("naturalHeight"), None)
    shown_width = positive(crop.get("width"), None)
    shown_height = positive(crop.get("height"), None)
    if width is None or height is None or shown_width is None or shown_height is None:
        return Box(0, 0, 1, 1)
    x, y = number(crop.get("x"), 0.0) / width, number(crop.get("y"), 0.0) / height
    return Box(x, y, x + shown_width / width, y + shown_height / height)


def _flip(element: Element, box: Box) -> Matrix:
    scale = element.raw.get("scale")
    if not isinstance(scale, list) or len(scale) != 2:
        return IDENTITY
    across, down = (-1.0 if number(each, 1.0) < 0 else 1.0 for each in scale)
    return Matrix(across, 0, 0, down, box.width if across < 0 else 0, box.height if down < 0 else 0)


def _placeholder(box: Box) -> tuple[Op, ...]:
    """A pale box with a small grey picture in its middle, as large as in Excalidraw."""
    if box.is_empty:
        return ()
    size = min(min(box.width, box.height) * ICON_SHARE, MAX_ICON)
    x, y = box.width / 2, box.height / 2
    card = Box(x - size / 2, y - size * 0.375, x + size / 2, y + size * 0.375)
    hills = [(x + dx * size, y + dy * size) for dx, dy in (*HILLS, (0.36, 0.25))]
    return (
        Fill(rectangle(box), PALE),
        Fill(rounded_rectangle(card, size * 0.09), GREY),
        Fill(ellipse(x - size * 0.25, y - size * 0.14, size * 0.1, size * 0.1), PALE),
        Fill(Path.polygon(hills), PALE),
    )
