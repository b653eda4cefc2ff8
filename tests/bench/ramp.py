"""How fast a server can go: a ramp up to the first rate it can't keep, then a closer look."""

from collections.abc import Callable
from dataclasses import dataclass

FACTOR = 1.5
MOST_STEPS = 14


@dataclass(frozen=True)
class Ramp:
    """`highest`: the highest rate that was kept, 0 if none was; `bounded`: a higher one was not."""

    highest: int
    bounded: bool


def find_highest(keeps: Callable[[int], bool], *, first: int, refinements: int) -> Ramp:
    """Try rates from `first` up by half until one isn't kept, then halve the gap a few times.

    A rate that isn't kept gets a second chance: one pause of a shared machine is no limit.
    """
    kept, missed, rate = 0, None, first
    for _ in range(MOST_STEPS):
        if not (keeps(rate) or keeps(rate)):
            missed = rate
            break
        kept, rate = rate, round(rate * FACTOR)
    if missed is None:
        return Ramp(kept, bounded=False)
    for _ in range(refinements):
        middle = (kept + missed) // 2
        if keeps(middle):
            kept = middle
        else:
            missed = middle
    return Ramp(kept, bounded=True)
