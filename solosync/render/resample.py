"""Bitmaps put onto pixels: scaled, turned, and with smooth edges."""

import math

import numpy as np
import numpy.typing as npt
from PIL import Image

from solosync.render.geometry import Box, Matrix, moved
from solosync.render.ink import Mask, Pixels, Stencil
from solosync.render.shapes import rectangle

UNIT = rectangle(Box(0, 0, 1, 1))


def patch(image: Image.Image, matrix: Matrix, width: int, height: int) -> Pixels | None:
    """``width`` x ``height`` pixels with the picture on them, transparent around it. ``matrix``
    takes the unit square to its place there. None if it has no area there."""
    a, b, c, d, *_ = matrix
    area = a * d - b * c
    across, down = math.hypot(a, b), math.hypot(c, d)
    if not (math.isfinite(area) and abs(area) > 1e-9 and max(across, down) < 1e7):
        return None
    image = _reduced(image, math.ceil(across), math.ceil(down))
    # One pixel more on each side, like those beside it: the edges are cut smooth further below.
    framed = _framed(image)
    ia, ib, ic, id_, ie, if_ = _inverse(matrix).then(Matrix(image.width, 0, 0, image.height, 1, 1))
    turned = framed.transform(
        (width, height),
        Image.Transform.AFFINE,
        (ia, ic, ie, ib, id_, if_),
        Image.Resampling.BILINEAR,
    )
    pixels = np.array(turned.convert("RGBA"))
    inside = _inside(matrix, width, height)
    if framed.mode == "RGB":
        pixels[..., 3] = inside
    else:
        pixels[..., 3] = (pixels[..., 3] * inside.astype(np.uint16) + 127) // 255
    return pixels


def _inside(matrix: Matrix, width: int, height: int) -> Mask:
    """How much of each pixel the picture covers."""
    a, b, c, d, e, f = matrix
    if b or c:
        stencil = Stencil(width, height)
        stencil.fill(UNIT, matrix)
        return stencil.mask()
    covered = np.outer(_covered(f, f + d, height), _covered(e, e + a, width))
    inside: Mask = np.rint(covered * 255).astype(np.uint8)
    return inside


def _covered(start: float, end: float, count: int) -> npt.NDArray[np.float64]:
    """How much of each pixel in a row."""
    low, high = min(start, end), max(start, end)
    at = np.arange(count)
    covered: npt.NDArray[np.float64] = np.minimum(at + 1, high) - np.maximum(at, low)
    return covered.clip(0, 1)


def _reduced(image: Image.Image, across: int, down: int) -> Image.Image:
    """No larger than it is shown: each of its pixels is then averaged from all that it hides."""
    size = (min(image.width, max(1, across)), min(image.height, max(1, down)))
    if size == image.size:
        return image
    return image.resize(size, Image.Resampling.HAMMING, reducing_gap=2.0)


def _framed(image: Image.Image) -> Image.Image:
    padded: npt.NDArray[np.uint8] = np.pad(np.asarray(image), ((1, 1), (1, 1), (0, 0)), "edge")
    return Image.fromarray(padded)


def _inverse(matrix: Matrix) -> Matrix:
    a, b, c, d, e, f = matrix
    area = a * d - b * c
    return moved(-e, -f).then(Matrix(d / area, -b / area, -c / area, a / area, 0, 0))
