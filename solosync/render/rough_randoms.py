"""The random numbers that hands wobble by: always the same ones for a seed."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_FACTOR, _MASK, _USED_BITS, _UNIT = 48271, 0xFFFFFFFF, 0x7FFFFFFF, 0x80000000


class Randoms:
    """A multiplicative congruential generator. A seed of 0, which would always give 0, counts as
    1."""

    def __init__(self, seed: int) -> None:
        self._state = (seed & 0xFFFFFFFF) or 1

    def next(self) -> float:
        """In 0 <= x < 1."""
        return self.take(1)[0]

    def take(self, count: int) -> list[float]:
        state, taken = self._state, []
        for _ in range(count):
            state = state * _FACTOR & _MASK
            taken.append((state & _USED_BITS) / _UNIT)
        self._state = state
        return taken

    def take_many(self, count: int) -> Floats:
        """The same numbers, in less time if there are dozens of them."""
        states = _powers(1 << count.bit_length())[:count] * np.uint32(self._state)
        self._state = int(states[-1]) if count else self._state
        return (states & np.uint32(_USED_BITS)) / _UNIT


@lru_cache
def _powers(count: int) -> npt.NDArray[np.uint32]:
    """Of the factor, from the first on; they wrap around as the states do."""
    return np.cumprod(np.full(count, _FACTOR, np.uint32), dtype=np.uint32)
