"""Cutting off what lies far outside a picture, where a painter's numbers overflow. The cut is so
far out that neither caps nor joins made there can be seen."""

import numpy as np
import numpy.typing as npt

from solosync.render.geometry import Points

Line = tuple[Points, bool]  # and whether it is closed


def near_polygon(points: Points, far: float) -> Points:
    """The part of a polygon within ±far, side by side (Sutherland and Hodgman); its winding inside
    stays as it was."""
    for axis in (0, 1):
        for sign in (1.0, -1.0):
            if len(points):
                points = _half(points, axis, sign, far)
    return points


def _half(points: Points, axis: int, sign: float, far: float) -> Points:
    """The part where sign * coordinate <= far."""
    over = sign * points[:, axis] - far
    inside = over <= 0
    if inside.all():
        return points
    after, over_after, inside_after = (np.roll(each, -1, axis=0) for each in (points, over, inside))
    crosses = inside != inside_after
    share = np.divide(over, over - over_after, out=np.zeros(len(points)), where=crosses)
    crossings = points + (after - points) * share[:, None]
    both = np.stack([points, crossings], axis=1).reshape(-1, 2)
    kept: Points = both[np.stack([inside, crosses], axis=1).ravel()]
    return kept


def near_lines(lines: list[Line], far: float) -> list[tuple[Points, bool, float]]:
    """The pieces of polylines within ±far, and how far along its line each begins."""
    return [piece for points, closed in lines for piece in _pieces(points, closed, far)]


def _pieces(points: Points, closed: bool, far: float) -> list[tuple[Points, bool, float]]:
    if np.abs(points).max() <= far:
        return [(points, closed, 0.0)]
    if closed:
        points = np.concatenate([points, points[:1]])
    starts, steps = points[:-1], np.diff(points, axis=0)
    first, last = _window(starts, steps, far)
    lengths = np.hypot(*steps.T)
    begins = np.concatenate([[0.0], np.cumsum(lengths)[:-1]])
    pieces: list[tuple[Points, bool, float]] = []
    chain: list[Points] = []
    run = 0.0
    for i in np.flatnonzero(first < last).tolist():
        if not (chain and first[i] == 0 and i > 0 and last[i - 1] == 1):
            if chain:
                pieces.append((np.array(chain), False, run))
            chain = [starts[i] + steps[i] * first[i]]
            run = float(begins[i] + lengths[i] * first[i])
        chain.append(starts[i] + steps[i] * last[i])
    if chain:
        pieces.append((np.array(chain), False, run))
    return pieces


def _window(
    starts: Points, steps: Points, far: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """From which to which share of it each segment is within ±far (Liang and Barsky)."""
    still = steps == 0
    by = np.where(still, 1.0, steps)
    one, other = (-far - starts) / by, (far - starts) / by
    out = still & (np.abs(starts) > far)
    enters = np.where(still, np.where(out, 2.0, 0.0), np.minimum(one, other))
    leaves = np.where(still, np.where(out, -1.0, 1.0), np.maximum(one, other))
    return np.clip(enters.max(axis=1), 0, None), np.clip(leaves.min(axis=1), None, 1)
