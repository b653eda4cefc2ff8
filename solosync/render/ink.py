"""Vector paint on arrays of pixels."""

import numpy as np
import numpy.typing as npt

from solosync.render.geometry import Matrix, Path
from solosync.render.pdfium_file import GRAY, RGBA
from solosync.render.pdfium_page import PdfiumPage
from solosync.render.polylines import Lines, placed
from solosync.render.scene import Color, Stroke

Pixels = npt.NDArray[np.uint8]  # (height, width, 4): RGBA, not premultiplied
Mask = npt.NDArray[np.uint8]  # (height, width): coverage

_MAX_BUFFERED = 4 << 20  # bytes of content stream, some 4,000 strokes; PDFium needs tenfold


class Ink:
    """Paint for one array. It gets there with ``flow``; until then it is only collected."""

    def __init__(self, pixels: Pixels) -> None:
        self.pixels = pixels
        self.height, self.width = pixels.shape[:2]
        self._page = PdfiumPage(self.width, self.height)

    def fill(
        self, path: Path, matrix: Matrix, color: Color, alpha: float, *, even_odd: bool = False
    ) -> None:
        self._page.fill_path(path, matrix, color, alpha, even_odd=even_odd)
        self._spill()

    def outlines(self, polygons: Lines, color: Color, alpha: float) -> None:
        """Polygons in this array's pixels, filled as one path."""
        self._page.fill(polygons, color, alpha)
        self._spill()

    def stroke(self, op: Stroke, matrix: Matrix) -> None:
        self._page.stroke(op, matrix)
        self._spill()

    def clip(self, path: Path, matrix: Matrix) -> None:
        """Until ``unclip``, paint reaches only the inside of the path. No ``flow`` in between."""
        self._page.clip(placed(path, matrix))

    def unclip(self) -> None:
        self._page.unclip()

    def flow(self) -> None:
        if self._page.stream:
            self._page.draw(self.pixels, RGBA)
            self._page = PdfiumPage(self.width, self.height)

    def _spill(self) -> None:
        if self._page.stream.size > _MAX_BUFFERED and not self._page.clips:
            self.flow()


class Stencil:
    """Shapes painted white on black, as a mask."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._page = PdfiumPage(width, height)

    def fill(self, path: Path, matrix: Matrix, *, even_odd: bool = False) -> None:
        self._page.fill_path(path, matrix, (255, 255, 255), 1, even_odd=even_odd)

    def stroke(self, op: Stroke, matrix: Matrix) -> None:
        self._page.stroke(op, matrix)

    def mask(self) -> Mask:
        mask = np.zeros((self.height, self.width), np.uint8)
        if self._page.stream:
            self._page.draw(mask, GRAY)
        return mask
