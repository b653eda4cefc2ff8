"""The three writers beside each other: the PDF of each Solo page, as PDFium shows it, and its SVG,
as a browser does, beside our bitmap, which solo.py compares with the whiteboard itself."""

import io
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
from PIL import Image

from solosync.render import pdf, raster, svg
from solosync.render.scene import Sheet
from tests.visual.compare import SOLO as LIMITS
from tests.visual.solo import NODE, SCALE, browser_pictures, sheet
from tests.visual.solo_states import HEIGHT, WIDTH, pages

__all__ = ["LIMITS", "pairs"]

PIXELS_OF_A_POINT = 4 / 3


def pairs(folder: Path) -> Iterator[tuple[str, Image.Image, Image.Image]]:
    sheets = {name: sheet(page) for name, page in pages().items()}
    look = {"width": WIDTH, "height": HEIGHT, "scale": SCALE}
    shown = browser_pictures(
        folder,
        NODE / "svg_page.mjs",
        [
            {"name": name, "svg": svg.write(one, title=name).decode(), **look}
            for name, one in sheets.items()
        ],
    )
    for name, one in sheets.items():
        bitmap = raster.draw(one, SCALE)
        yield f"{name}-pdf", from_pdf(one), bitmap
        with Image.open(shown / f"{name}.png") as picture:
            yield f"{name}-svg", picture.convert("RGBA"), bitmap


def from_pdf(one: Sheet) -> Image.Image:
    file = io.BytesIO()
    pdf.write(file, [one], title=one.name)
    document = pypdfium2.PdfDocument(file.getvalue())
    try:
        picture: Image.Image = document[0].render(scale=SCALE * PIXELS_OF_A_POINT).to_pil()
        return picture
    finally:
        document.close()
