"""A page for PDFium, which does the painting.

It reads a page's content stream faster than any call per point could be made. It is exact to 3/255
of coverage, fills non-zero or even-odd, and knows all caps, joins and dashes.
Nothing here may run in two threads at once: PDFium can't.
"""

import functools
import math

import numpy as np
import numpy.typing as npt
import pypdfium2  # noqa: F401 - starts PDFium
import pypdfium2.raw as pdfium

from solosync.render import wide_strokes
from solosync.render.far import Line, near_lines, near_polygon
from solosync.render.geometry import (
    IDENTITY,
    Box,
    Matrix,
    Points,
    ellipse,
    rectangle,
)
from solosync.render.polylines import placed
from solosync.render.scene import MITER_LIMIT, Color, Stroke

GRID = 256  # coordinates are written as whole numbers of 1/GRID pixel, PDFium's own precision
_FAR = 20_000  # beyond this many pixels PDFium bends lines, so they are cut off before
RGBA = pdfium.FPDFBitmap_BGRA  # with the bytes the other way round
GRAY = pdfium.FPDFBitmap_Gray
_CAPS = {"butt": 0, "round": 1, "square": 2}
_JOINS = {"miter": 0, "round": 1, "bevel": 2}


class PdfiumPage:
    """A page's content stream, and the little PDF file around it. ``size`` is about how long the
    stream is, ``clips`` how many clips are open."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.parts: list[str] = []
        self.size = 0
        self.clips = 0
        self._alphas: set[int] = set()
        self._set: tuple[Color, int] | None = None

    def write(self, color: Color, alpha: float, shape: str, paint: str) -> None:
        level = round(max(0.0, min(1.0, alpha)) * 255)
        if self._set != (color, level):
            self._set = (color, level)
            self._alphas.add(level)
            red, green, blue = color
            rgb = f"{red / 255:.4f} {green / 255:.4f} {blue / 255:.4f}"
            self.parts.append(f"{rgb} rg {rgb} RG /a{level} gs\n")
        self.parts.append(f"{shape}{paint}\n")
        self.size += len(shape)

    def shape(self, polygons: list[Points]) -> str:
        """Nothing if they are out of the picture."""
        polygons = [each for each in polygons if len(each)]
        if not polygons:
            return ""
        points = polygons[0] if len(polygons) == 1 else np.concatenate(polygons)
        extent = _extent(points)
        if self._is_out(extent, 1.0):
            return ""
        if max(map(abs, extent)) > _FAR:
            polygons = [near_polygon(each, _FAR) for each in polygons]
            polygons = [each for each in polygons if len(each)]
            if not polygons:
                return ""
            points = np.concatenate(polygons)
        if len(polygons) == 1 and len(points) > 3 and _is_straight(points[0], points[1]):
            points = _unsnapped(points)
            polygons = [points]
        return "".join([_polyline(len(each)) for each in polygons]) % _numbers(points)

    def stroke(self, op: Stroke, matrix: Matrix) -> None:
        scale = matrix.scale
        if not 0 < scale < 1e9 or op.width <= 0:
            return
        if _is_similarity(matrix):
            self._stroke(op, matrix, scale)
        else:
            # The pen itself is stretched: the path is written unstretched, under a transformation.
            straight = Matrix(scale, 0, 0, scale, 0, 0)
            stretch = Matrix(1 / scale, 0, 0, 1 / scale, 0, 0).then(matrix)
            numbers = (stretch.a, stretch.b, stretch.c, stretch.d, stretch.e * GRID)
            if max(map(abs, numbers)) < 1e7 and abs(stretch.f) < _FAR:
                form = " ".join(f"{number:.6f}" for number in numbers)
                self.parts.append(f"q {form} {stretch.f * GRID:.6f} cm\n")
                self._set = None
                self._stroke(op, straight, scale, cull=False)
                self.parts.append("Q\n")
                self._set = None

    def _stroke(self, op: Stroke, matrix: Matrix, scale: float, *, cull: bool = True) -> None:
        width = op.width * scale
        path = op.path if width < 1 or op.dash else wide_strokes.simplified(op.path)
        lines = [
            (each, part.is_closed)
            for part, each in zip(path.subpaths, placed(path, matrix), strict=True)
            if len(each) > 1
        ]
        if not lines:
            return
        points = lines[0][0] if len(lines) == 1 else np.concatenate([each for each, _ in lines])
        extent = _extent(points)
        if len(lines) == 1 and max(extent.width, extent.height) < 1 / GRID:
            self._dot(op, points[0], width)
            return
        around = width / 2 * (MITER_LIMIT if op.join == "miter" else 1.5) + 1
        if cull and self._is_out(extent, around):
            return
        phase = [0.0] * len(lines)
        if max(map(abs, extent)) > _FAR:
            cut = near_lines(lines, _FAR)
            lines, phase = [(each, closed) for each, closed, _ in cut], [run for *_, run in cut]
            if not lines:
                return
        # PDFium draws no line thinner than a pixel, so a thinner one is drawn fainter instead.
        alpha = op.alpha * min(1.0, width)
        pen = f"{max(width, 1) * GRID:.0f} w {_CAPS[op.cap]} J {_JOINS[op.join]} j "
        dash = f"[{_dash(op.dash, scale)}]"
        if not any(phase):
            # Where lines of one path lie upon each other, as hand-drawn ones do, PDFium adds up
            # how much of a pixel each covers. Opaque ones may be painted one after another.
            # Hairlines are blended one by one by browsers too, however translucent they are.
            shape = _written(lines, "S " if alpha >= 1 or width < 1 else "")
            color = _lifted(op.color, alpha) if width < 1 else op.color
            self.write(color, alpha, f"{pen}{dash} 0 d {shape}", "S")
            return
        for line, run in zip(lines, phase, strict=True):
            shape = _written([line], "")
            self.write(op.color, alpha, f"{pen}{dash} {run * GRID:.0f} d {shape}", "S")

    def _dot(self, op: Stroke, at: Points, width: float) -> None:
        """A line without length: its two caps."""
        (x, y), radius = at.tolist(), width / 2
        if op.cap == "round":
            path = ellipse(x, y, radius, radius)
        elif op.cap == "square":
            path = rectangle(Box(x - radius, y - radius, x + radius, y + radius))
        else:
            return
        shape = self.shape(placed(path, IDENTITY))
        if shape:
            self.write(op.color, op.alpha, shape, "f")

    def clip(self, polygons: list[Points]) -> None:
        shape = self.shape(polygons)
        if not shape:
            shape = "0 0 m 0 0 l "  # nothing is inside
        self.parts.append(f"q {shape}W n\n")
        self.clips += 1
        self._set = None

    def unclip(self) -> None:
        self.parts.append("Q\n")
        self.clips -= 1
        self._set = None

    def draw(self, target: npt.NDArray[np.uint8], bitmap_format: int) -> None:
        content = self._file()
        document = pdfium.FPDF_LoadMemDocument64(content, len(content), None)
        page = pdfium.FPDF_LoadPage(document, 0)
        bitmap = pdfium.FPDFBitmap_CreateEx(
            self.width, self.height, bitmap_format, target.ctypes.data, target.strides[0]
        )
        if not (document and page and bitmap):
            raise MemoryError(f"a picture of {self.width} x {self.height} pixels can't be drawn")
        flags = pdfium.FPDF_REVERSE_BYTE_ORDER
        pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, self.width, self.height, 0, flags)
        pdfium.FPDFBitmap_Destroy(bitmap)
        pdfium.FPDF_ClosePage(page)
        pdfium.FPDF_CloseDocument(document)

    def _is_out(self, extent: Box, around: float) -> bool:
        left, top, right, bottom = extent
        inside = (
            math.isfinite(left + top + right + bottom)
            and right > -around
            and bottom > -around
            and left < self.width + around
            and top < self.height + around
        )
        return not inside

    def _file(self) -> bytes:
        unit = 1 / GRID
        content = f"{unit} 0 0 {-unit} 0 {self.height} cm\n{''.join(self.parts)}".encode()
        states = "".join(
            # Rounded down by PDFium, so a little is added.
            f"/a{level}<</ca {(level + 0.1) / 255:.5f}/CA {(level + 0.1) / 255:.5f}>>"
            for level in self._alphas
        )
        page = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {self.width} {self.height}]/Contents 4 0 R"
            f"/Resources<</ExtGState<<{states}>>>>>>"
        )
        objects = [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            page.encode(),
            b"<</Length %d>>stream\n%b\nendstream" % (len(content), content),
        ]
        file = bytearray(b"%PDF-1.7\n")
        table = ["0000000000 65535 f \n"]
        for number, each in enumerate(objects, 1):
            table.append(f"{len(file):010d} 00000 n \n")
            file += b"%d 0 obj%b\nendobj\n" % (number, each)
        start = len(file)
        file += f"xref\n0 {len(table)}\n{''.join(table)}".encode()
        file += f"trailer<</Size {len(table)}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF".encode()
        return bytes(file)


def _is_similarity(matrix: Matrix) -> bool:
    """Whether it only moves, turns, mirrors and scales evenly, so that a round pen stays round."""
    a, b, c, d, *_ = matrix
    size = abs(a) + abs(b) + abs(c) + abs(d)
    turned = abs(a - d) + abs(b + c)
    mirrored = abs(a + d) + abs(b - c)
    return min(turned, mirrored) <= 1e-6 * size


def _extent(points: Points) -> Box:
    (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return Box(left, top, right, bottom)


@functools.lru_cache(4096)
def _polyline(length: int) -> str:
    return "%d %d m " + "%d %d l " * (length - 1) if length else ""


def _written(lines: list[Line], between: str) -> str:
    points = lines[0][0] if len(lines) == 1 else np.concatenate([each for each, _ in lines])
    form = between.join([_polyline(len(each)) + ("h " if closed else "") for each, closed in lines])
    return form % _numbers(points)


def _numbers(points: Points) -> tuple[int, ...]:
    return tuple(np.rint(points * GRID).astype(np.int64).ravel().tolist())


def _lifted(color: Color, alpha: float) -> Color:
    """By the half level that each blending cuts off, which shows where there are many."""
    if alpha <= 0:
        return color
    red, green, blue = (min(255, round(level + 0.5 / alpha)) for level in color)
    return red, green, blue


def _dash(dash: tuple[float, ...], scale: float) -> str:
    """Nothing for a line without gaps."""
    lengths = [max(0.0, length * scale * GRID) for length in dash]
    if sum(lengths) < GRID / 8:  # too fine to be seen, and slow
        return ""
    return " ".join(f"{length:.1f}" for length in lengths)


def _is_straight(start: Points, end: Points) -> bool:
    """Whether a side runs along the pixels."""
    return bool(abs(start[0] - end[0]) <= 1 / GRID or abs(start[1] - end[1]) <= 1 / GRID)


def _unsnapped(polygon: Points) -> Points:
    """PDFium moves the sides of rectangles to whole pixels, so a rectangle gets one more corner,
    too flat to be seen."""
    steps = np.roll(polygon, -1, axis=0) - polygon
    if (np.abs(steps).min(axis=1) > 1 / GRID).any():
        return polygon
    longest = int(np.abs(steps).max(axis=1).argmax())
    corner = polygon[longest] + steps[longest] / 2 + (1 / GRID, 1 / GRID)
    return np.insert(polygon, longest + 1, corner, axis=0)
