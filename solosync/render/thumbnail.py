"""Small pictures of boards, for lists of them."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from solosync.records.pictures import PictureOptions
from solosync.render import export, raster, scenes, sheets
from solosync.render.images import Pictures
from solosync.render.scene import Sheet

WIDTH = 640  # pixels, at most
HEIGHT = 400
_LARGEST_SCALE = 2.0  # a small sketch is shown a little larger, not as a giant
_WEBP_QUALITY = 80


def make(
    state: bytes | dict[str, Any],
    title: str = "",
    files: Mapping[str, Path] | None = None,
) -> tuple[bytes, bytes]:
    """The active page as WebP and as PNG, on its own ground, at most WIDTH x HEIGHT."""
    image = draw(_sheet(export.parse(state), title, files or {}))
    webp = io.BytesIO()
    image.save(webp, "WEBP", quality=_WEBP_QUALITY, method=4)
    return webp.getvalue(), raster.encode_png(np.asarray(image))


def draw(sheet: Sheet) -> Image.Image:
    """As large as fits, on white where the sheet is transparent."""
    scale = min(WIDTH / sheet.width, HEIGHT / sheet.height, _LARGEST_SCALE)
    image = raster.draw(sheet, scale)
    opaque = Image.new("RGBA", image.size, "white")
    opaque.alpha_composite(image)
    # Without the last pixels if the sheet covers only a part of them: they'd be a pale line.
    width, height = (int(side * scale + 1e-6) for side in (sheet.width, sheet.height))
    return opaque.convert("RGB").crop((0, 0, max(1, width), max(1, height)))


def _sheet(state: dict[str, Any], title: str, files: Mapping[str, Path]) -> Sheet:
    scene = scenes.build(state, Pictures(files), title=title)
    options = PictureOptions(pages="active", background="board")
    return sheets.lay_out(scene, options, "png")[0]
