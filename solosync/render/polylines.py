"""Paths as polylines in pixels, many subpaths at once."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from solosync.render.geometry import Matrix, Path, Points

FLATNESS = 0.06  # in pixels: small letters and dots lose no ink
_MOST_PIECES = 64  # of a curve

_Complex = npt.NDArray[np.complex128]  # x + y·j
_Integers = npt.NDArray[np.intp]


class Lines(NamedTuple):
    """Polylines one after the other, and how many of the points each has."""

    points: Points
    lengths: list[int]

    def split(self) -> list[Points]:
        if len(self.lengths) == 1:
            return [self.points]
        lines, start = [], 0
        for length in self.lengths:
            lines.append(self.points[start : start + length])
            start += length
        return lines

    @classmethod
    def of(cls, lines: list[Points]) -> "Lines":
        points = np.concatenate(lines) if lines else np.empty((0, 2))
        return cls(points, [len(line) for line in lines])


def placed(path: Path, matrix: Matrix) -> Lines:
    """A path's subpaths as ``matrix`` takes them to pixels, curves flattened there."""
    subpaths = path.subpaths
    if not subpaths:
        return Lines(np.empty((0, 2)), [])
    lengths = [len(part.points) for part in subpaths]
    together = np.concatenate([part.points for part in subpaths])
    points = matrix.apply(together if len(subpaths) > 1 else subpaths[0].points)
    curved = sum(part.is_curved for part in subpaths)
    if not curved:
        return Lines(points, lengths)
    if curved == len(subpaths):
        return flattened(Lines(points, lengths))
    alone = zip(subpaths, Lines(points, lengths).split(), strict=True)
    return Lines.of(
        [
            flattened(Lines(line, [len(line)])).points if part.is_curved else line
            for part, line in alone
        ]
    )


def flattened(chains: Lines) -> Lines:
    """Chains of cubics in pixels as polylines, each cubic in as many pieces as it needs."""
    points = np.ascontiguousarray(chains.points).view(np.complex128).ravel()
    sizes = np.array(chains.lengths, np.intp)
    curves = np.maximum(sizes - 1, 0) // 3
    firsts = np.cumsum(sizes) - sizes
    chain = np.repeat(np.arange(len(sizes)), curves)
    starts = firsts[chain] + 3 * _counted(curves, chain)
    p, q, r, s = (points[starts + place] for place in range(4))
    bend, other = p - 2 * q + r, q - 2 * r + s
    # The distance between a cubic and its chords of n equal pieces is at most 3/4 bend / n².
    worst = np.maximum(np.abs(bend), np.abs(other)) * (0.75 / FLATNESS)
    pieces = np.clip(np.ceil(np.sqrt(worst)), 1, _MOST_PIECES).astype(np.intp)
    if len(pieces) and pieces.max() > 1:
        curve = np.repeat(np.arange(len(pieces)), pieces)
        t = (_counted(pieces, curve) + 1) / pieces[curve]
        ends = s - p + 3 * (q - r), 3 * bend, 3 * (q - p), p
        a, b, c, d = (each[curve] for each in ends)
        flat = ((a * t + b) * t + c) * t + d
    else:
        curve, flat = np.arange(len(pieces)), s
    return _begun(points, sizes, firsts, flat, chain[curve])


def _counted(counts: _Integers, which: _Integers) -> _Integers:
    """0, 1, 2 ... for each of ``which``, whose numbers come so many times."""
    numbers: _Integers = np.arange(len(which)) - (np.cumsum(counts) - counts)[which]
    return numbers


def _begun(
    points: _Complex, sizes: _Integers, firsts: _Integers, flat: _Complex, chain: _Integers
) -> Lines:
    """With each chain's first point before its others."""
    begun = sizes > 0
    lengths = np.bincount(chain, minlength=len(sizes)) + begun
    is_first = np.zeros(len(flat) + int(begun.sum()), bool)
    is_first[(np.cumsum(lengths) - lengths)[begun]] = True
    lines = np.empty(len(is_first), np.complex128)
    lines[is_first] = points[firsts[begun]]
    lines[~is_first] = flat
    return Lines(lines.view(np.float64).reshape(-1, 2), lengths.tolist())
