"""Paths as a PDF's operators: few points, short numbers."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np

from solosync.render.geometry import Matrix, Path, Points, Subpath
from solosync.render.scene import Fill, Group, Op, Stroke
from solosync.render.simplify import simplified

# Polylines are thinned out to as much, and written in whole steps; curves and shapes of few points
# in tenths. Fitting curves to freehand outlines was tried: it takes more numbers, not fewer.
TOLERANCE = 1.0  # in steps
FEW_POINTS, FEW_CURVES = 9, 9
LONG = 20  # points of a path for which it pays to count from a corner of its own
NUMBERS_OF_A_CURVE, NUMBERS_OF_A_POINT = 6, 2


def inner_unit(unit: float, matrix: Matrix) -> float:
    """How many px of a group's own one step is, so that the steps on paper stay as large."""
    return unit / matrix.scale


class Paths:
    """All paths of a display list, thinned out at once. ``unit``: how many px one step is."""

    def __init__(self, ops: Iterable[Op], unit: float) -> None:
        found = list(_found(ops, unit))
        thinned = simplified([line for _, line in found], TOLERANCE)
        self._lines = {key: np.rint(line) for (key, _), line in zip(found, thinned, strict=True)}

    def origin(self, path: Path, unit: float) -> tuple[int, int]:
        """From where the path's coordinates are best counted: they become shorter by a digit."""
        lines = [self._lines.get((id(part), unit)) for part in path.subpaths]
        long = [line for line in lines if line is not None]
        if sum(map(len, long)) < LONG:
            return 0, 0
        x, y = np.concatenate(long).min(axis=0).tolist()
        return int(x), int(y)

    def operators(self, path: Path, unit: float, origin: tuple[int, int] = (0, 0)) -> str:
        return "\n".join(
            self._subpath(part, unit, origin) for part in path.subpaths if len(part.points) > 0
        )

    def _subpath(self, part: Subpath, unit: float, origin: tuple[int, int]) -> str:
        line = self._lines.get((id(part), unit))
        if line is not None and _is_shorter(line, part):
            if part.is_closed and len(line) > 3:
                # Rings come back to where they began, which needs no line of its own.
                line = line[:-1]
            text = _line_template(len(line)) % tuple((line - origin).ravel().tolist())
        else:
            points = part.points / unit - origin
            template = _curve_template if part.is_curved else _fine_line_template
            text = template(len(points)) % tuple(points.ravel().tolist())
            text = text.replace(".0 ", " ").replace("-0 ", "0 ")
        return text + "h" if part.is_closed else text


def _found(ops: Iterable[Op], unit: float) -> Iterator[tuple[tuple[int, float], Points]]:
    """The lines worth thinning out, in steps."""
    for op in ops:
        match op:
            case Fill() | Stroke():
                for part in op.path.subpaths:
                    if len(part.points) > (3 * FEW_CURVES if part.is_curved else FEW_POINTS):
                        yield (id(part), unit), _line(part, unit)
            case Group() if op.matrix.scale:
                yield from _found(op.parts, inner_unit(unit, op.matrix))
                if op.clip is not None:
                    yield from _found((Fill(op.clip, (0, 0, 0)),), unit)
            case _:
                pass


def _line(part: Subpath, unit: float) -> Points:
    points = part.flat(TOLERANCE * unit / 2) if part.is_curved else part.points
    if part.is_closed:
        points = np.concatenate([points, points[:1]])
    return points / unit


def _is_shorter(line: Points, part: Subpath) -> bool:
    """Freehand outlines come as chains of tiny curves, which only cost."""
    if not part.is_curved:
        return True
    curves = len(part.points) // 3
    return len(line) * NUMBERS_OF_A_POINT < curves * NUMBERS_OF_A_CURVE


@lru_cache(maxsize=512)
def _line_template(points: int) -> str:
    return "%d %d m " + "%d %d l " * (points - 1)


@lru_cache(maxsize=512)
def _fine_line_template(points: int) -> str:
    return "%.1f %.1f m " + "%.1f %.1f l " * (points - 1)


@lru_cache(maxsize=512)
def _curve_template(points: int) -> str:
    return "%.1f %.1f m " + "%.1f %.1f %.1f %.1f %.1f %.1f c " * (points // 3)
