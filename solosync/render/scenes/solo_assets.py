"""Images, SVG drawings and PDF pages that were put on a Solo board."""

import math

from solosync.render import images
from solosync.render.geometry import Box, Matrix, moved, rotated, scaled
from solosync.render.scene import Group, Op, Picture
from solosync.render.scenes.solo_elements import Element
from solosync.render.scenes.values import string

SIDE = 200.0  # of an asset without any size


def asset(element: Element) -> tuple[Op, ...]:
    """From x, y to the right and down by its width and height, and then turned clockwise by
    ``rotation`` degrees around x, y: around the corner, as the existing client does, not around
    the middle. A missing side follows from the other and the picture's proportions."""
    place = element.place()
    if place is None:
        return element.drawing.leave_out(element.kind)
    width, height = element.number("width"), element.number("height")
    bitmap = element.drawing.pictures.load(
        string(element.value.get("src")), element.kind, abs(width or SIDE), abs(height or SIDE)
    )
    proportion = bitmap.width / bitmap.height if bitmap is not None else 1.0
    if not width:
        width = abs(height) * proportion if height else float(bitmap.width if bitmap else SIDE)
    if not height:
        height = abs(width) / proportion
    box = _box(width, height)
    turned = rotated(math.radians(element.number("rotation") or 0.0))
    there = turned.then(moved(place.real, place.imag))
    if bitmap is None:
        return element.painted(Group(images.placeholder(box), element.alpha, matrix=there))
    matrix: Matrix = scaled(box.width, box.height).then(moved(box.left, box.top)).then(there)
    return element.painted(Picture(bitmap, matrix, element.alpha))


def _box(width: float, height: float) -> Box:
    """A negative side goes the other way; the picture isn't mirrored."""
    return Box(min(width, 0), min(height, 0), max(width, 0), max(height, 0))
