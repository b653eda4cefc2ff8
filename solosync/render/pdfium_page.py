"""A page for PDFium, which does the painting.

It reads a page's content stream faster than any call per point could be made. It is exact to 3/255
of coverage, fills non-zero or even-odd, and knows all caps, joins and dashes.
Nothing here may run in two threads at once: PDFium can't.
"""

import math

import numpy as np
import numpy.typing as npt

from solosync.render import pdfium_file
from solosync.render.far import near_lines, near_polygon
from solosync.render.geometry import IDENTITY, Box, Matrix, Path, Points, box_of
from solosync.render.pdfium_points import GRID, ORIGIN
from solosync.render.pdfium_stream import Stream
from solosync.render.polylines import Lines, flattened, placed
from solosync.render.scene import MITER_LIMIT, Color, Stroke
from solosync.render.shapes import ellipse, rectangle

_FAR = 20_000  # < ORIGIN; beyond this many pixels PDFium bends lines, so they are cut off before
_CHAIN_OF_RECTANGLE = 13  # points: up to four curves may be the sides of one
_CAPS = {"butt": 0, "round": 1, "square": 2}
_JOINS = {"miter": 0, "round": 1, "bevel": 2}


class PdfiumPage:
    """What is painted, until it is drawn. ``clips`` is how many clips are open."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.clips = 0
        self.stream = Stream()
        self._alphas: set[int] = set()
        self._set: tuple[Color, int] | None = None

    def fill(self, polygons: Lines, color: Color, alpha: float, *, even_odd: bool = False) -> None:
        near = self._near(polygons)
        if near:
            self._color(color, alpha)
            self.stream.lines(near)
            self.stream.write("f*\n" if even_odd else "f\n")

    def fill_path(
        self, path: Path, matrix: Matrix, color: Color, alpha: float, *, even_odd: bool = False
    ) -> None:
        chains = _chains(path, matrix)
        if chains is None or max(chains.lengths) <= _CHAIN_OF_RECTANGLE:
            self.fill(placed(path, matrix), color, alpha, even_odd=even_odd)
            return
        extent = box_of(chains.points)
        if self._is_out(extent, 1.0):
            return
        if max(map(abs, extent)) > _FAR:
            self.fill(flattened(chains), color, alpha, even_odd=even_odd)
            return
        self._color(color, alpha)
        self.stream.curves(chains)
        self.stream.write("f*\n" if even_odd else "f\n")

    def _color(self, color: Color, alpha: float) -> None:
        level = round(max(0.0, min(1.0, alpha)) * 255)
        if self._set != (color, level):
            self._set = (color, level)
            self._alphas.add(level)
            red, green, blue = color
            rgb = f"{red / 255:.4f} {green / 255:.4f} {blue / 255:.4f}"
            self.stream.write(f"{rgb} rg {rgb} RG /a{level} gs\n")

    def _near(self, polygons: Lines) -> Lines | None:
        """What is in the picture, or not too far out of it."""
        points, lengths = polygons
        if not len(points):
            return None
        extent = box_of(points)
        if self._is_out(extent, 1.0):
            return None
        if max(map(abs, extent)) > _FAR:
            points, lengths = Lines.of([near_polygon(each, _FAR) for each in polygons.split()])
        if not min(lengths):
            lengths = [length for length in lengths if length]
        if len(lengths) == 1 and len(points) > 3 and _is_straight(*points[:2].tolist()):
            return Lines.of([_unsnapped(points)])
        return Lines(points, lengths) if len(points) else None

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
                origin = f"1 0 0 1 {ORIGIN * GRID} {ORIGIN * GRID} cm"
                self.stream.write(f"q {origin} {form} {stretch.f * GRID:.6f} cm\n")
                self._set = None
                self._stroke(op, straight, scale, is_stretched=True)
                self.stream.write("Q\n")
                self._set = None

    def _stroke(
        self, op: Stroke, matrix: Matrix, scale: float, *, is_stretched: bool = False
    ) -> None:
        width = op.width * scale
        chains = None if is_stretched else _chains(op.path, matrix)
        lines = chains or placed(op.path, matrix)
        closed = [part.is_closed for part in op.path.subpaths]
        if min(lines.lengths, default=0) < 2:
            lines, closed, chains = *_without_points(lines, closed), None
            if not closed:
                return
        extent = box_of(lines.points)
        if len(closed) == 1 and max(extent.width, extent.height) < 1 / GRID:
            self._dot(op, lines.points[0], width, is_stretched=is_stretched)
            return
        around = width / 2 * (MITER_LIMIT if op.join == "miter" else 1.5) + 1
        if not is_stretched and self._is_out(extent, around):
            return
        # PDFium draws no line thinner than a pixel, so a thinner one is drawn fainter instead.
        alpha = op.alpha * min(1.0, width)
        pen = f"{max(width, 1) * GRID:.0f} w {_CAPS[op.cap]} J {_JOINS[op.join]} j "
        pen += f"[{_dash(op.dash, scale)}]"
        if max(map(abs, extent)) > _FAR:
            self._color(op.color, alpha)
            flat = lines if chains is None else flattened(chains)
            self._write_near(flat, closed, pen, is_stretched=is_stretched)
            return
        # Where lines of one path lie upon each other, as hand-drawn ones do, PDFium adds up
        # how much of a pixel each covers. Opaque ones may be painted one after another.
        # Hairlines are blended one by one by browsers too, however translucent they are.
        self._color(_lifted(op.color, alpha) if width < 1 else op.color, alpha)
        self.stream.write(f"{pen} 0 d ")
        between = "S " if alpha >= 1 or width < 1 else ""
        after = [f"h {between}" if each else between for each in closed]
        if chains is not None:
            self.stream.curves(chains, after, is_wide=width >= 1 and not op.dash)
        else:
            self._write(lines, after, is_stretched=is_stretched)
        self.stream.write("S\n")

    def _write_near(
        self, lines: Lines, closed: list[bool], pen: str, *, is_stretched: bool
    ) -> None:
        """Lines that go too far, in pieces."""
        each = list(zip(lines.split(), closed, strict=True))
        for line, is_closed, run in near_lines(each, _FAR):
            self.stream.write(f"{pen} {run * GRID:.0f} d ")
            after = ["h S\n" if is_closed else "S\n"]
            self._write(Lines.of([line]), after, is_stretched=is_stretched)

    def _write(self, lines: Lines, after: list[str], *, is_stretched: bool) -> None:
        if not is_stretched:
            self.stream.lines(lines, after)
            return
        # With numbers from the picture's own origin.
        for line, end in zip(lines.split(), after, strict=True):
            form = "%d %d m " + "%d %d l " * (len(line) - 1)
            numbers = np.rint(line * GRID).astype(np.int64).ravel().tolist()
            self.stream.write(form % tuple(numbers) + end)

    def _dot(self, op: Stroke, at: Points, width: float, *, is_stretched: bool) -> None:
        """A line without length: its two caps."""
        (x, y), radius = at.tolist(), width / 2
        if op.cap == "round":
            path = ellipse(x, y, radius, radius)
        elif op.cap == "square":
            path = rectangle(Box(x - radius, y - radius, x + radius, y + radius))
        else:
            return
        near = self._near(placed(path, IDENTITY))
        if near:
            self._color(op.color, op.alpha)
            self._write(near, ["f\n"], is_stretched=is_stretched)

    def clip(self, polygons: Lines) -> None:
        self.stream.write("q ")
        near = self._near(polygons)
        if near:
            self.stream.lines(near)
        else:
            self.stream.write("0 0 m 0 0 l ")  # nothing is inside
        self.stream.write("W n\n")
        self.clips += 1
        self._set = None

    def unclip(self) -> None:
        self.stream.write("Q\n")
        self.clips -= 1
        self._set = None

    def draw(self, target: npt.NDArray[np.uint8], bitmap_format: int) -> None:
        """Once, over what is there."""
        pdfium_file.draw(self.stream.content(), self._alphas, target, bitmap_format)

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


def _chains(path: Path, matrix: Matrix) -> Lines | None:
    """Its control points in pixels, if all of it is curves."""
    parts = path.subpaths
    if not parts or not all(part.is_curved and len(part.points) for part in parts):
        return None
    together = np.concatenate([part.points for part in parts])
    return Lines(matrix.apply(together), [len(part.points) for part in parts])


def _without_points(lines: Lines, closed: list[bool]) -> tuple[Lines, list[bool]]:
    kept = [each for each in zip(lines.split(), closed, strict=True) if len(each[0]) > 1]
    return Lines.of([line for line, _ in kept]), [is_closed for _, is_closed in kept]


def _is_similarity(matrix: Matrix) -> bool:
    """Whether it only moves, turns, mirrors and scales evenly, so that a round pen stays round."""
    a, b, c, d, *_ = matrix
    size = abs(a) + abs(b) + abs(c) + abs(d)
    turned = abs(a - d) + abs(b + c)
    mirrored = abs(a + d) + abs(b - c)
    return min(turned, mirrored) <= 1e-6 * size


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


def _is_straight(start: list[float], end: list[float]) -> bool:
    """Whether a side runs along the pixels."""
    return abs(start[0] - end[0]) <= 1 / GRID or abs(start[1] - end[1]) <= 1 / GRID


def _unsnapped(polygon: Points) -> Points:
    """PDFium moves the sides of rectangles to whole pixels, so a rectangle gets one more corner,
    too flat to be seen."""
    steps = np.roll(polygon, -1, axis=0) - polygon
    if (np.abs(steps).min(axis=1) > 1 / GRID).any():
        return polygon
    longest = int(np.abs(steps).max(axis=1).argmax())
    corner = polygon[longest] + steps[longest] / 2 + (1 / GRID, 1 / GRID)
    return np.insert(polygon, longest + 1, corner, axis=0)
