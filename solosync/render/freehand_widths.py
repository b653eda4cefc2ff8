"""How wide a line drawn by hand is at each of its points (see freehand.py): by its pen, and by the
pressure or the speed, and how its ends narrow."""

from collections.abc import Callable
from dataclasses import dataclass

PRESSURE_RATE = 0.275  # how fast a simulated pressure follows the pen's speed
THINNEST = 0.01


def _linear(part: float) -> float:
    return part


def ease_out_quadratic(part: float) -> float:
    return part * (2 - part)


def ease_out_cubic(part: float) -> float:
    return (part - 1) ** 3 + 1


Easing = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class End:
    """How a line begins or ends: ``taper`` is the length in pixels over which it narrows to
    nothing, or True for all of it; without one, ``cap`` makes the end round."""

    cap: bool = True
    taper: float | bool = 0
    easing: Easing | None = None


@dataclass(frozen=True, slots=True)
class Pen:
    """``size`` is the width at a pressure of a half; ``thinning`` how much the pressure matters
    (-1..1); ``smoothing`` how far outline points stand apart, and ``streamline`` how far the pen
    lags behind (0..1 both). ``is_complete``: the line ends in its last point, without lag."""

    size: float = 16
    thinning: float = 0.5
    smoothing: float = 0.5
    streamline: float = 0.5
    simulate_pressure: bool = True
    easing: Easing = _linear
    start: End = End()
    end: End = End()
    is_complete: bool = False


@dataclass(slots=True)
class Track:
    """The smoothed line, a list for each property of its points."""

    points: list[complex]
    pressures: list[float]
    back: list[complex]  # the unit vector to the point before
    steps: list[float]
    lengths: list[float]  # from the beginning


def taper(end: End, track: Track, pen: Pen) -> float:
    """The length in pixels over which the line narrows at this end."""
    if end.taper is True:
        return max(pen.size, track.lengths[-1])
    return end.taper


def radii_of(track: Track, kept: list[int], corners: list[bool], pen: Pen) -> list[float]:
    size, thinning, easing = pen.size, pen.thinning, pen.easing
    if not thinning:
        return [max(THINNEST, size / 2)] * len(kept)
    if pen.simulate_pressure:
        pressures = _simulated(track, kept, corners, size)
    else:
        pressures = [track.pressures[place] for place in kept]
    if easing is _linear:
        return [max(THINNEST, size * (0.5 - thinning * (0.5 - pressure))) for pressure in pressures]
    return [
        max(THINNEST, size * easing(0.5 - thinning * (0.5 - pressure))) for pressure in pressures
    ]


def _simulated(track: Track, kept: list[int], corners: list[bool], size: float) -> list[float]:
    """Slow is hard; each pressure moves from the one before, but not from one in a corner."""
    before = track.pressures[0]
    steps = track.steps
    for step in steps[:10]:
        speed = min(1.0, step / size)
        before = (before + min(1.0, before + (1 - speed - before) * speed * PRESSURE_RATE)) / 2
    pressures = []
    for place, is_corner in zip(kept, corners, strict=True):
        step = steps[place]
        speed = step / size if step < size else 1.0
        pressure = before + (1 - speed - before) * speed * PRESSURE_RATE
        if pressure > 1:
            pressure = 1.0
        pressures.append(pressure)
        if not is_corner:
            before = pressure
    return pressures


def tapered(
    radii: list[float], track: Track, kept: list[int], tapers: tuple[float, float], pen: Pen
) -> list[float]:
    start_ease = pen.start.easing or ease_out_quadratic
    end_ease = pen.end.easing or ease_out_cubic
    total = track.lengths[-1]
    narrowed = []
    for place, radius in zip(kept, radii, strict=True):
        done, left = track.lengths[place], total - track.lengths[place]
        from_start = start_ease(done / tapers[0]) if done < tapers[0] else 1.0
        to_end = end_ease(left / tapers[1]) if left < tapers[1] else 1.0
        narrowed.append(max(THINNEST, radius * min(from_start, to_end)))
    return narrowed
