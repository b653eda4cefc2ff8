"""Paths as polylines in pixels, many subpaths at once."""

import numpy as np

from solosync.render.geometry import Matrix, Path, Points, Subpath

FLATNESS = 0.06  # in pixels: small letters and dots lose no ink
_MANY = 4  # subpaths, from which on it is faster to work on them together


def placed(path: Path, matrix: Matrix) -> list[Points]:
    """A path's subpaths as ``matrix`` takes them to pixels, curves flattened there."""
    subpaths = path.subpaths
    curved = sum(part.is_curved for part in subpaths)
    if len(subpaths) < _MANY or 0 < curved < len(subpaths):
        return [_placed(part, matrix) for part in subpaths]
    lengths = [len(part.points) for part in subpaths]
    points = matrix.apply(np.concatenate([part.points for part in subpaths]))
    if curved and min(lengths) > 0:
        return _flattened(points, lengths)
    return np.split(points, np.cumsum(lengths)[:-1])


def flattened(chain: Points) -> Points:
    """A chain of cubics in pixels as a polyline."""
    return Subpath(chain, is_curved=True).flat(FLATNESS)


def _placed(part: Subpath, matrix: Matrix) -> Points:
    points = matrix.apply(part.points)
    return flattened(points) if part.is_curved else points


def _flattened(points: Points, lengths: list[int]) -> list[Points]:
    """Chains, one after the other in ``points``, as if they were one: from the end of each to the
    start of the next goes a cubic that is straight, and left out afterwards."""
    sizes = np.array(lengths)
    ends = np.cumsum(sizes)
    joined = np.empty((len(points) + 2 * (len(sizes) - 1), 2))
    joined[np.arange(len(points)) + 2 * np.repeat(np.arange(len(sizes)), sizes)] = points
    gaps = ends[:-1] + 2 * np.arange(len(sizes) - 1)
    lasts, firsts = points[ends[:-1] - 1], points[ends[:-1]]
    joined[gaps] = lasts + (firsts - lasts) / 3
    joined[gaps + 1] = lasts + (firsts - lasts) * (2 / 3)
    flat = flattened(joined)
    pieces = (len(flat) - 1) // (len(joined) // 3)
    curves = sizes // 3
    starts = np.concatenate([[0], np.cumsum(curves + 1)[:-1]]) * pieces
    stops = starts + curves * pieces + 1
    return [flat[start:stop] for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)]
