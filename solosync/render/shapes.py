"""Paths of simple shapes."""

import math

from solosync.render.geometry import Box, Path

# How far the control points of a cubic stand from its ends for a quarter of a circle of radius 1.
ARC = 4 / 3 * (math.sqrt(2) - 1)


def rectangle(box: Box) -> Path:
    return Path.polygon(box.corners())


def rounded_rectangle(box: Box, radius: float) -> Path:
    """With corners that are quarters of a circle, as large as fit."""
    radius = max(0.0, min(radius, box.width / 2, box.height / 2))
    if not radius:
        return rectangle(box)
    left, top, right, bottom = box
    k = radius * (1 - ARC)
    corners = [
        ((right - radius, top), (right - k, top), (right, top + k), (right, top + radius)),
        (
            (right, bottom - radius),
            (right, bottom - k),
            (right - k, bottom),
            (right - radius, bottom),
        ),
        ((left + radius, bottom), (left + k, bottom), (left, bottom - k), (left, bottom - radius)),
        ((left, top + radius), (left, top + k), (left + k, top), (left + radius, top)),
    ]
    chain: list[tuple[float, float]] = [(left + radius, top)]
    for corner in corners:
        start = chain[-1]
        chain += [start, corner[0], corner[0], *corner[1:]]
    chain += [chain[-1], chain[0], chain[0]]
    return Path.cubics(chain, is_closed=True)


def ellipse(x: float, y: float, radius_x: float, radius_y: float) -> Path:
    """Around its centre, clockwise as seen from its rightmost point."""
    kx, ky = radius_x * ARC, radius_y * ARC
    return Path.cubics(
        [
            (x + radius_x, y),
            (x + radius_x, y + ky),
            (x + kx, y + radius_y),
            (x, y + radius_y),
            (x - kx, y + radius_y),
            (x - radius_x, y + ky),
            (x - radius_x, y),
            (x - radius_x, y - ky),
            (x - kx, y - radius_y),
            (x, y - radius_y),
            (x + kx, y - radius_y),
            (x + radius_x, y - ky),
            (x + radius_x, y),
        ],
        is_closed=True,
    )
