"""Numbers and paths as SVG writes them: short, and without errors that add up along a path."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from solosync.render.geometry import IDENTITY, Matrix, Path, Subpath

Steps = npt.NDArray[np.int64]  # in units of the last decimal

_TABLED = 10_000  # steps smaller than this are looked up, not formatted


def number(value: float, decimals: int = 2) -> str:
    return _text(round(value * 10**decimals), decimals)


def path_data(path: Path, decimals: int = 2, *, is_stroked: bool = False) -> str:
    """The attribute ``d``. A subpath of one point is seen only if ``is_stroked``, as a dot."""
    return "".join(_subpath(part, decimals, is_stroked) for part in path.subpaths)


def transform(matrix: Matrix) -> str:
    """The value of the attribute; of the identity, ""."""
    a, b, c, d, e, f = matrix
    if matrix == IDENTITY:
        return ""
    if (a, b, c, d) == (1, 0, 0, 1):
        return f"translate({number(e, 3)} {number(f, 3)})"
    linear = " ".join(f"{value:.9g}" for value in (a, b, c, d))
    return f"matrix({linear} {number(e, 3)} {number(f, 3)})"


def _subpath(part: Subpath, decimals: int, is_stroked: bool) -> str:
    if not len(part.points):
        return ""
    # Rounded first and subtracted then: each point is where it should be, to the last decimal.
    points = np.rint(part.points * 10**decimals).astype(np.int64)
    start = f"M{_joined(points[:1], decimals)}"
    if len(points) == 1:
        return f"{start}h0" if is_stroked else ""
    steps = points[1:] - (np.repeat(points[:-1:3], 3, axis=0) if part.is_curved else points[:-1])
    return f"{start}{'c' if part.is_curved else 'l'}{_joined(steps, decimals)}" + (
        "z" if part.is_closed else ""
    )


def _joined(steps: Steps, decimals: int) -> str:
    values = steps.ravel().tolist()
    if int(np.abs(steps).max()) < _TABLED:
        table = _table(decimals)
        texts = [table[value] for value in values]
    else:
        texts = [_text(value, decimals) for value in values]
    return " ".join(texts).replace(" -", "-")


@lru_cache
def _table(decimals: int) -> list[str]:
    """By the step itself; negative ones are found from the end."""
    return [_text(value, decimals) for value in (*range(_TABLED), *range(-_TABLED, 0))]


def _text(value: int, decimals: int) -> str:
    if not decimals or not value:
        return str(value)
    whole, rest = divmod(abs(value), 10**decimals)
    fraction = f".{rest:0{decimals}d}".rstrip("0") if rest else ""
    return f"{'-' if value < 0 else ''}{whole or ('' if fraction else '0')}{fraction}"
