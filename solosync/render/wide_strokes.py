"""What Chromium leaves out of strokes that are at least a pixel wide."""

import numpy as np
import numpy.typing as npt

from solosync.render.polylines import Lines

FLAT = 1e-5  # the square of how far handles stray, in lengths of the chord
_SAME = 1e-6  # pixels

_Integers = npt.NDArray[np.intp]
_Truths = npt.NDArray[np.bool_]


def simplify(chains: Lines, strokes: _Integers) -> _Truths:
    """Of the curves of doubled lines, as drawn by hand: makes lines of those that hardly bend, in
    place, and tells which chains to keep: none of two equal ones after each other, which would
    only make the stroke's edges bolder.

    ``strokes`` says which stroke each chain belongs to, 0 for none of these. Thinner than a pixel,
    Chromium follows each curve and blends each line; of a single line it follows each curve too.
    """
    sizes = np.array(chains.lengths, np.intp)
    together = (strokes[1:] == strokes[:-1]) & (strokes[1:] > 0)
    is_doubled = np.append(together, False) | np.insert(together, 0, False)
    if is_doubled.any():
        _straighten(chains, sizes, is_doubled)
    again = np.insert(together & (sizes[1:] == sizes[:-1]), 0, False)
    kept: _Truths = ~(again & _is_same(chains, sizes, again))
    return kept


def _is_same(chains: Lines, sizes: _Integers, candidates: _Truths) -> _Truths:
    """Which of the candidates are as the chain before them, which has the same size."""
    chain = np.repeat(np.arange(len(sizes)), sizes)
    at = np.flatnonzero(candidates[chain])
    points = np.ascontiguousarray(chains.points).view(np.complex128).ravel()
    here, there = points[at], points[at - sizes[chain[at]]]
    is_first = at == (np.cumsum(sizes) - sizes)[chain[at]]
    differs = (np.abs(here - there) > _SAME) | (is_first & (here.real != there.real))
    same: _Truths = np.bincount(chain[at], weights=differs, minlength=len(sizes)) == 0
    return same


def _straighten(chains: Lines, sizes: _Integers, chosen: _Truths) -> None:
    """Puts the handles of all cubics that hardly bend onto their chords, in place."""
    points = chains.points
    places = np.arange(len(points)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    is_start = (places % 3 == 0) & (places < np.repeat(np.where(chosen, sizes - 1, 0), sizes))
    starts = np.flatnonzero(is_start)
    x, y = points[:, 0], points[:, 1]
    first_x, first_y = x[starts], y[starts]
    chord_x, chord_y = x[starts + 3] - first_x, y[starts + 3] - first_y
    square = chord_x * chord_x + chord_y * chord_y
    longer_side = np.maximum(np.abs(chord_x), np.abs(chord_y))
    is_flat = square > 0
    for place in (1, 2):
        handle_x, handle_y = x[starts + place] - first_x, y[starts + place] - first_y
        along = handle_x * chord_x + handle_y * chord_y
        beside = handle_x * chord_y - handle_y * chord_x
        is_flat &= (along >= 0) & (along <= square)
        is_flat &= beside * beside <= FLAT * longer_side * longer_side * square
    flat = starts[is_flat]
    chord = points[flat + 3] - points[flat]
    points[flat + 1] = points[flat] + chord / 3
    points[flat + 2] = points[flat] + chord * (2 / 3)
