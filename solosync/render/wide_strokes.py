"""What Chromium leaves out of strokes that are at least a pixel wide."""

import numpy as np

from solosync.render.geometry import Path, Points, Subpath

FLAT = 1e-5  # the square of how far handles stray, in lengths of the chord


def simplified(path: Path) -> Path:
    """Of the curves of a doubled line, as drawn by hand: those that hardly bend as lines, and
    none of two equal ones after each other, which would only make its edges bolder.

    Thinner than a pixel, Chromium follows each curve and blends each line.
    """
    subpaths = path.subpaths
    if len(subpaths) < 2 or not all(part.is_curved and len(part.points) for part in subpaths):
        return path
    points = np.concatenate([part.points for part in subpaths])
    sizes = [len(part.points) for part in subpaths]
    _straighten(points, sizes)
    kept: list[Subpath] = []
    for part, chain in zip(subpaths, np.split(points, np.cumsum(sizes)[:-1]), strict=True):
        if not kept or not _is_same(chain, kept[-1].points):
            kept.append(Subpath(chain, part.is_closed, is_curved=True))
    return Path(tuple(kept))


def _is_same(one: Points, other: Points) -> bool:
    return (
        len(one) == len(other)
        and bool(one[0, 0] == other[0, 0])
        and bool(np.abs(one - other).max() < 1e-6)
    )


def _straighten(points: Points, sizes: list[int]) -> None:
    """Puts the handles of all cubics that hardly bend onto their chords, in place. ``points`` are
    chains of so many (3k + 1) points, one after the other."""
    lengths = np.array(sizes)
    places = np.arange(len(points)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    is_start = (places % 3 == 0) & (places < np.repeat(lengths, lengths) - 1)
    starts = np.flatnonzero(is_start)
    first = points[starts]
    chord = points[starts + 3] - first
    square = (chord * chord).sum(axis=1)
    longer_side = np.abs(chord).max(axis=1)
    is_flat = square > 0
    for handle in (points[starts + 1] - first, points[starts + 2] - first):
        along = (handle * chord).sum(axis=1)
        beside = handle[:, 0] * chord[:, 1] - handle[:, 1] * chord[:, 0]
        is_flat &= (along >= 0) & (along <= square)
        is_flat &= beside * beside <= FLAT * longer_side * longer_side * square
    flat, first, chord = starts[is_flat], first[is_flat], chord[is_flat]
    points[flat + 1] = first + chord / 3
    points[flat + 2] = first + chord * (2 / 3)
