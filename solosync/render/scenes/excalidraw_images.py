"""Pictures on an Excalidraw board: cropped, flipped, with round corners."""

from collections.abc import Mapping
from typing import Any

from solosync.render.geometry import IDENTITY, Box, Matrix, rounded_rectangle
from solosync.render.images import Pictures, placeholder
from solosync.render.scene import Group, Op, Picture
from solosync.render.scenes.excalidraw_elements import Element
from solosync.render.scenes.values import number, positive, string


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
        return Group(placeholder(box), alpha)
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
