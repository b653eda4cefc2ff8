"""Paths, and what is computed from them. x grows to the right, y downwards, in page pixels."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]  # shape (n, 2)

FLATNESS = 0.1  # in pixels: how far a polyline may stray from its curve


class Box(NamedTuple):
    """A rectangle; empty if its left isn't left of its right, or its top not above its bottom."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def is_empty(self) -> bool:
        return not (self.left < self.right and self.top < self.bottom)

    def union(self, other: "Box") -> "Box":
        """Of the two, an empty one counts only if both are."""
        if self.is_empty:
            return other
        if other.is_empty:
            return self
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def intersection(self, other: "Box") -> "Box":
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def meets(self, other: "Box") -> bool:
        """Whether they overlap or touch; boxes of lines, which have no area, do so too."""
        return (
            self.left <= other.right
            and other.left <= self.right
            and self.top <= other.bottom
            and other.top <= self.bottom
        )

    def grown(self, by: float) -> "Box":
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def corners(self) -> Points:
        left, top, right, bottom = self
        return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], float)


NOWHERE = Box(math.inf, math.inf, -math.inf, -math.inf)


def box_of(points: Points) -> Box:
    if not len(points):
        return NOWHERE
    # An axis at a time: numpy takes ten times as long for pairs.
    x, y = points[:, 0], points[:, 1]
    return Box(float(x.min()), float(y.min()), float(x.max()), float(y.max()))


class Matrix(NamedTuple):
    """(x, y) goes to (a x + c y + e, b x + d y + f), as in PDF and SVG."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def then(self, after: "Matrix") -> "Matrix":
        """This one first, then the other."""
        return Matrix(
            self.a * after.a + self.b * after.c,
            self.a * after.b + self.b * after.d,
            self.c * after.a + self.d * after.c,
            self.c * after.b + self.d * after.d,
            self.e * after.a + self.f * after.c + after.e,
            self.e * after.b + self.f * after.d + after.f,
        )

    def apply(self, points: Points) -> Points:
        a, b, c, d, e, f = self
        if a == d and b == -c and points.dtype == np.float64 and points.flags.c_contiguous:
            # As complex numbers, for which numpy needs no loop over two columns.
            turned = points.view(np.complex128)
            if a != 1 or b != 0:
                turned = turned * complex(a, b)
            moved: Points = (turned + complex(e, f)).view(np.float64)
            return moved
        placed = np.empty((len(points), 2))
        x, y = points[:, 0], points[:, 1]
        placed[:, 0] = a * x + c * y + e
        placed[:, 1] = b * x + d * y + f
        return placed

    @property
    def scale(self) -> float:
        """By how much lengths grow, on average."""
        return math.sqrt(abs(self.a * self.d - self.b * self.c))

    @property
    def inverse(self) -> "Matrix":
        """Raises ZeroDivisionError for one that leaves no area."""
        factor = 1 / (self.a * self.d - self.b * self.c)
        a, b, c, d = self.d * factor, -self.b * factor, -self.c * factor, self.a * factor
        return Matrix(a, b, c, d, -(self.e * a + self.f * c), -(self.e * b + self.f * d))


IDENTITY = Matrix(1, 0, 0, 1, 0, 0)


def moved(x: float, y: float) -> Matrix:
    return Matrix(1, 0, 0, 1, x, y)


def scaled(x: float, y: float | None = None) -> Matrix:
    return Matrix(x, 0, 0, x if y is None else y, 0, 0)


def rotated(radians: float, x: float = 0, y: float = 0) -> Matrix:
    """Clockwise as seen, around a point."""
    cos, sin = math.cos(radians), math.sin(radians)
    turn = Matrix(cos, sin, -sin, cos, 0, 0)
    return moved(-x, -y).then(turn).then(moved(x, y))


@dataclass(frozen=True, slots=True, eq=False)
class Subpath:
    """A polyline, or with ``is_curved`` a chain of cubic Béziers: the start, then for each curve
    its two control points and its end (3k + 1 points). A straight piece of a curved chain is a
    cubic whose control points lie on it."""

    points: Points
    is_closed: bool = True
    is_curved: bool = False

    def flat(self, tolerance: float = FLATNESS) -> Points:
        """As a polyline."""
        return _flattened(self.points, tolerance) if self.is_curved else self.points


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """Subpaths that are filled, stroked or clipped to together."""

    subpaths: tuple[Subpath, ...]

    @classmethod
    def polygon(cls, points: Points | Sequence[tuple[float, float]]) -> Self:
        return cls((Subpath(np.asarray(points, float).reshape(-1, 2)),))

    @classmethod
    def polyline(cls, points: Points | Sequence[tuple[float, float]]) -> Self:
        return cls((Subpath(np.asarray(points, float).reshape(-1, 2), is_closed=False),))

    @classmethod
    def cubics(
        cls, points: Points | Sequence[tuple[float, float]], *, is_closed: bool = False
    ) -> Self:
        """One chain of 3k + 1 points."""
        chain = np.asarray(points, float).reshape(-1, 2)
        return cls((Subpath(chain, is_closed, is_curved=True),))

    @classmethod
    def joined(cls, paths: "Iterable[Path]") -> Self:
        return cls(tuple(part for path in paths for part in path.subpaths))

    def transformed(self, matrix: Matrix) -> "Path":
        if matrix == IDENTITY:
            return self
        return Path(
            tuple(
                Subpath(matrix.apply(part.points), part.is_closed, part.is_curved)
                for part in self.subpaths
            )
        )

    @property
    def bounds(self) -> Box:
        return self.bounds_by(IDENTITY)

    def bounds_by(self, matrix: Matrix, known: Box = NOWHERE) -> Box:
        """The box of the path as the matrix places it; exact, also of curves. NOWHERE if it lies
        within ``known``."""
        parts = [part for part in self.subpaths if len(part.points)]
        if not parts:
            return NOWHERE
        points = np.concatenate([part.points for part in parts])
        if matrix != IDENTITY:
            points = matrix.apply(points)
        hull = box_of(points)
        if hull.intersection(known) == hull:
            return NOWHERE
        if not any(part.is_curved for part in parts):
            return hull
        is_control = np.zeros(len(points), bool)
        start = 0
        for part in parts:
            end = start + len(part.points)
            if part.is_curved:
                is_control[start + 1 : end : 3] = is_control[start + 2 : end : 3] = True
            start = end
        box = box_of(points[~is_control])
        turns = _turns(points, np.flatnonzero(is_control)[::2], box.union(known))
        return box_of(np.concatenate([[box[:2], box[2:]], turns]))


def _turns(points: Points, controls: npt.NDArray[np.intp], known: Box) -> Points:
    """Where the curves with these first control points turn back, of those that might leave the
    box: pairs of the x where one does so across and the y where it does so down, which together
    are no point of it."""
    around = np.stack([points[controls], points[controls + 1]])
    leaves = (around < known[:2]) | (around > known[2:])
    first = controls[leaves.any(axis=(0, 2))]
    p, q, r, s = (points[first + place] for place in (-1, 0, 1, 2))
    # The derivative is 3 (a t² + b t + c).
    a, b, c = s - 3 * r + 3 * q - p, 2 * (p - 2 * q + r), q - p
    with np.errstate(all="ignore"):
        half = -(b + np.copysign(np.sqrt(b * b - 4 * a * c), b)) / 2
        t = np.stack([half / a, c / half])
    t = np.where((t > 0) & (t < 1), t, 0)
    u = 1 - t
    turns: Points = u**3 * p + 3 * u * u * t * q + 3 * u * t * t * r + t**3 * s
    return turns.reshape(-1, 2)


def _flattened(chain: Points, tolerance: float) -> Points:
    """All curves at once, each in as many pieces as the worst of them needs."""
    count = len(chain) // 3
    if not count:
        return chain[:1]
    # The distance between a cubic and its chords of n equal pieces is at most bend / n². Every
    # third bend is that of a joint between two curves.
    bends = chain[2:] - 2 * chain[1:-1] + chain[:-2]
    squares = np.einsum("ij,ij->i", bends, bends)
    worst = math.sqrt(max(float(squares[::3].max()), float(squares[1::3].max()))) * 6 / 8
    pieces = min(64, max(1, math.ceil(math.sqrt(worst / tolerance)))) if worst > 0 else 1
    flat = np.empty((1 + count * pieces, 2))
    flat[0] = chain[0]
    on_curves = flat[1:].reshape(count, pieces, 2)
    np.matmul(_weights(pieces), chain[_controls(count)], out=on_curves)
    return flat


@lru_cache(maxsize=64)
def _weights(pieces: int) -> Points:
    """How much each of a cubic's four points counts at the end of each of its equal pieces."""
    t = np.arange(1, pieces + 1) / pieces
    u = 1 - t
    return np.stack([u**3, 3 * u * u * t, 3 * u * t * t, t**3], axis=1)


@lru_cache(maxsize=256)
def _controls(count: int) -> npt.NDArray[np.int_]:
    """Where the four points of each of so many cubics are in their chain."""
    return np.arange(count)[:, None] * 3 + np.arange(4)
