"""Points as PDFium reads them, as text: made for a whole page at once, out of tables. To format
each number by itself would take as long as painting."""

import functools

import numpy as np
import numpy.typing as npt

from solosync.render.polylines import Lines

GRID = 256  # coordinates are written as whole numbers of 1/GRID pixel, PDFium's own precision
ORIGIN = 20_480  # what a coordinate of 0 is written as, in pixels, so that none is negative
LENGTH = 20  # bytes of a point: "xxxxxxxx yyyyyyyy l\n"

_LAST = 2 * ORIGIN * GRID - 1
_Words = npt.NDArray[np.uint32]  # four characters each


def written(lines: Lines) -> bytes:
    """LENGTH bytes for each point: a line to it, or to the first of each line a move."""
    points, lengths = lines
    starts = np.cumsum([0, *lengths])[:-1][np.array(lengths, int) > 0]
    units = np.rint((points + ORIGIN) * GRID)
    # Copied apart first: arithmetic on every second number is slower.
    x, y = np.clip(units.T, 0, _LAST).astype(np.int32, order="C")
    four, three, line, move = _tables()
    words = np.empty((len(points), LENGTH // 4), np.uint32)
    high = x // 10_000
    words[:, 0] = four[high]
    words[:, 1] = four[x - high * 10_000]
    rest = y // 10
    last = y - rest * 10
    high = rest // 10_000
    words[:, 2] = three[high]
    words[:, 3] = four[rest - high * 10_000]
    words[:, 4] = line[last]
    words[starts, 4] = move[last[starts]]
    return words.tobytes()


@functools.cache
def _tables() -> tuple[_Words, _Words, _Words, _Words]:
    """Of four digits, three with a space before them, and one with what is done."""
    return (
        _table([f"{number:04d}" for number in range(10_000)]),
        _table([f" {number:03d}" for number in range(1_000)]),
        _table([f"{digit} l\n" for digit in range(10)]),
        _table([f"{digit} m\n" for digit in range(10)]),
    )


def _table(texts: list[str]) -> _Words:
    return np.frombuffer("".join(texts).encode(), np.uint32)
