"""The points that hand-drawn fills are laid between: curves as coarse polygons.

How coarse decides how many hatch lines there are and thus what the seeded random numbers are used
for, so it is as rough.js does it, not as our own geometry would.
"""

import numpy as np

from solosync.render.geometry import Points

Point = tuple[float, float]


def along_curves(chain: list[Point], tolerance: float) -> list[Point]:
    """Points on a chain of cubics (3k + 1 points), closer together where it bends; ``tolerance``
    is compared with the square of 3 times (roughly) what a curve strays from its chord."""
    points: list[Point] = []
    for i in range(0, len(chain) - 3, 3):
        _split(chain[i], chain[i + 1], chain[i + 2], chain[i + 3], tolerance, points)
    return points


def simplified(points: list[Point], distance: float) -> list[Point]:
    """Without the points that lie closer than that to the line between those that stay (Ramer,
    Douglas, Peucker)."""
    if len(points) < 3:
        return points
    all_points = np.array(points)
    stays = np.zeros(len(points), bool)
    stays[0] = stays[-1] = True
    spans = [(0, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        strays = _strays(all_points[first + 1 : last], points[first], points[last])
        farthest = int(strays.argmax())
        if strays[farthest] > distance * distance:
            middle = first + 1 + farthest
            stays[middle] = True
            spans += [(first, middle), (middle, last)]
    return [point for point, is_kept in zip(points, stays.tolist(), strict=True) if is_kept]


def smooth_chain(points: list[Point]) -> list[Point]:
    """Cubics through all points, each as steep as the line between its neighbours (a Catmull-Rom
    spline); three points make a single cubic with the middle one as a handle."""
    if len(points) == 3:
        return [*points, points[2]]
    return spline([points[0], *points, points[-1]])


def spline(points: list[Point]) -> list[Point]:
    """The chain of cubics through all but the first and the last point, which only give the
    slopes at the ends."""
    chain = [points[1]]
    for i in range(1, len(points) - 2):
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = points[i - 1 : i + 3]
        chain.append((bx + (cx - ax) / 6, by + (cy - ay) / 6))
        chain.append((cx + (bx - dx) / 6, cy + (by - dy) / 6))
        chain.append((cx, cy))
    return chain


def _split(a: Point, b: Point, c: Point, d: Point, tolerance: float, points: list[Point]) -> None:
    """Adds the cubic's points, halving it until it is flat. A start that the curve before has
    left less than a pixel away isn't added again."""
    along_x = max((3 * b[0] - 2 * a[0] - d[0]) ** 2, (3 * c[0] - 2 * d[0] - a[0]) ** 2)
    along_y = max((3 * b[1] - 2 * a[1] - d[1]) ** 2, (3 * c[1] - 2 * d[1] - a[1]) ** 2)
    if along_x + along_y < tolerance:
        if not points or (points[-1][0] - a[0]) ** 2 + (points[-1][1] - a[1]) ** 2 > 1:
            points.append(a)
        points.append(d)
        return
    ab, bc, cd = _middle(a, b), _middle(b, c), _middle(c, d)
    abc, bcd = _middle(ab, bc), _middle(bc, cd)
    middle = _middle(abc, bcd)
    _split(a, ab, abc, middle, tolerance, points)
    _split(middle, bcd, cd, d, tolerance, points)


def _middle(a: Point, b: Point) -> Point:
    return (a[0] + (b[0] - a[0]) * 0.5, a[1] + (b[1] - a[1]) * 0.5)


def _strays(points: Points, start: Point, end: Point) -> Points:
    """The squares of their distances from the segment between two points.

    Written out in this order because points on a parabola come in pairs that are equally far from
    its chord, and the last bit decides which one is taken.
    """
    (ax, ay), (bx, by) = start, end
    x, y = points[:, 0], points[:, 1]
    length_squared = (ax - bx) * (ax - bx) + (ay - by) * (ay - by)
    if length_squared:
        share = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length_squared
        share = np.clip(share, 0, 1)
        x, y = x - (ax + (bx - ax) * share), y - (ay + (by - ay) * share)
    else:
        x, y = x - ax, y - ay
    squares: Points = x * x + y * y
    return squares
