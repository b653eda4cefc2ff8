"""Bitmaps of which parts are erased: the pixels themselves go."""

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from solosync.render import regions
from solosync.render.geometry import Matrix, scaled
from solosync.render.regions import Region
from solosync.render.scene import Picture

if TYPE_CHECKING:
    from PIL.Image import Image

# A bitmap that is shown larger than its pixels gets more of them, so that edges are sharp.
PIXELS_A_PX = 2
MAX_PIXELS = 16_000_000
SUBPIXELS = 2


def cut(op: Picture, region: Region, *, inside: bool) -> tuple[Picture, ...]:
    """The picture without the region, or only ``inside`` of it; none if nothing is left."""
    from PIL import Image, ImageChops

    from solosync.render.images import Bitmap

    place = scaled(1 / regions.SCALE).then(op.matrix.inverse)
    image = _enlarged(op.bitmap.image().convert("RGBA"), op.matrix)
    mask = _mask(regions.union(region), place, image.size)
    if not inside:
        mask = ImageChops.invert(mask)
    alpha = ImageChops.multiply(image.getchannel("A"), mask)
    if alpha.getbbox() is None:
        return ()
    # What can't be seen mustn't be there: formats may keep colour and alpha apart.
    image.putalpha(alpha)
    nothing = Image.new("RGBA", image.size)
    bitmap = Bitmap.of(Image.composite(image, nothing, alpha.point([0] + [255] * 255)))
    return (replace(op, bitmap=bitmap),)


def _enlarged(image: "Image", matrix: Matrix) -> "Image":
    wide, high = math.hypot(matrix.a, matrix.b), math.hypot(matrix.c, matrix.d)
    largest = math.sqrt(MAX_PIXELS / (image.width * image.height))
    wanted = PIXELS_A_PX * max(wide / image.width, high / image.height)
    times = math.ceil(min(wanted, largest))
    if times <= 1:
        return image
    return image.resize((image.width * times, image.height * times))


def _mask(region: Region, place: Matrix, size: tuple[int, int]) -> "Image":
    """255 where the region is; ``place`` takes its points to the unit square."""
    import numpy as np
    import pyclipper
    from PIL import Image, ImageDraw

    width, height = size[0] * SUBPIXELS, size[1] * SUBPIXELS
    mask = Image.new("L", (width, height))
    draw = ImageDraw.Draw(mask)
    # Outlines before the holes in them, and what is in the holes after those.
    for polygon in sorted(region, key=lambda polygon: -abs(pyclipper.Area(polygon))):
        points = place.apply(np.array(polygon, float)) * (width, height)
        ink = 255 if pyclipper.Orientation(polygon) else 0
        draw.polygon([tuple(point) for point in points.tolist()], fill=ink)
    return mask.reduce(SUBPIXELS)
