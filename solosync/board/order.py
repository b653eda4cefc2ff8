"""Sort keys between any two others, as the npm library `fractional-indexing` makes them.

A key is an integer part (its first character tells its length) and a fraction, in base 62,
compared by code unit. Ours end in four random digits, of which the last isn't "0", so that two
devices that insert at the same place don't make the same key.
"""

import random

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SMALLEST = "A" + "0" * 26
_RANDOM_DIGITS = 4


class NoRoom(Exception):
    """No key fits: the neighbours are equal, out of order, or no keys of this scheme."""


def key_between(low: str | None, high: str | None) -> str:
    """A key after ``low`` and before ``high``; None is the open end.

    Raises NoRoom when there is none, or a neighbour is no such key.
    """
    if low is not None:
        _check(low)
    if high is not None:
        _check(high)
    if low is not None and high is not None and low >= high:
        raise NoRoom
    if low is None:
        return _before(high)
    whole = _integer_part(low)
    fraction = low[len(whole) :]
    if high is None:
        after = _increment(whole)
        return after if after is not None else whole + _midpoint(fraction, None)
    whole_high = _integer_part(high)
    if whole == whole_high:
        return whole + _midpoint(fraction, high[len(whole_high) :])
    after = _increment(whole)
    if after is None:
        raise NoRoom
    return after if after < high else whole + _midpoint(fraction, None)


def keys_between(low: str | None, high: str | None, count: int, rng: random.Random) -> list[str]:
    """``count`` ascending keys between two others, each with its random tail.

    Evenly spread, so that keys stay short. Raises NoRoom as ``key_between`` does.
    """
    if count == 0:
        return []
    keys: list[str] = []
    if high is None:
        for _ in range(count):
            low = _with_tail(low, None, rng)
            keys.append(low)
        return keys
    if low is None:
        for _ in range(count):
            high = _with_tail(None, high, rng)
            keys.append(high)
        return keys[::-1]
    middle = count // 2
    key = _with_tail(low, high, rng)
    before = keys_between(low, key, middle, rng)
    return [*before, key, *keys_between(key, high, count - middle - 1, rng)]


def _with_tail(low: str | None, high: str | None, rng: random.Random) -> str:
    if low is None and high is not None and _integer_part(high) != _SMALLEST:
        # Below the integer itself, not between it and the tail: repeated insertions at the
        # front then don't grow the keys.
        _check(high)
        key = _before(_integer_part(high))
    else:
        key = key_between(low, high)
    while high is not None and high.startswith(key):
        key = key_between(key, high)
    return key + "".join(rng.choices(DIGITS, k=_RANDOM_DIGITS - 1)) + rng.choice(DIGITS[1:])


def _before(high: str | None) -> str:
    if high is None:
        return "a0"
    whole = _integer_part(high)
    if whole == _SMALLEST:
        return whole + _midpoint("", high[len(whole) :])
    if whole < high:
        return whole
    before = _decrement(whole)
    if before is None:
        raise NoRoom
    return before


def _midpoint(low: str, high: str | None) -> str:
    """A fraction between two others, without a trailing "0"; ``high`` None is the open end."""
    if high is not None and low >= high:
        raise NoRoom
    if high is not None:
        shared = 0
        while (low[shared] if shared < len(low) else "0") == high[shared]:
            shared += 1
        if shared:
            return high[:shared] + _midpoint(low[shared:], high[shared:])
    first = DIGITS.index(low[0]) if low else 0
    last = DIGITS.index(high[0]) if high is not None else len(DIGITS)
    if last - first > 1:
        return DIGITS[(first + last + 1) // 2]
    if high is not None and len(high) > 1:
        return high[0]
    return DIGITS[first] + _midpoint(low[1:], None)


def _length(head: str) -> int:
    if "a" <= head <= "z":
        return ord(head) - ord("a") + 2
    if "A" <= head <= "Z":
        return ord("Z") - ord(head) + 2
    raise NoRoom


def _integer_part(key: str) -> str:
    length = _length(key[:1])
    if length > len(key):
        raise NoRoom
    return key[:length]


def _check(key: str) -> None:
    if not key or key == _SMALLEST or any(digit not in DIGITS for digit in key):
        raise NoRoom
    if key[len(_integer_part(key)) :].endswith("0"):
        raise NoRoom


def _increment(whole: str) -> str | None:
    head, digits = whole[0], [DIGITS.index(digit) for digit in whole[1:]]
    for i in reversed(range(len(digits))):
        digits[i] += 1
        if digits[i] < len(DIGITS):
            return head + "".join(DIGITS[d] for d in digits)
        digits[i] = 0
    if head == "z":
        return None
    if head == "Z":
        return "a0"
    grown = chr(ord(head) + 1)
    return grown + "0" * (_length(grown) - 1)


def _decrement(whole: str) -> str | None:
    head, digits = whole[0], [DIGITS.index(digit) for digit in whole[1:]]
    for i in reversed(range(len(digits))):
        digits[i] -= 1
        if digits[i] >= 0:
            return head + "".join(DIGITS[d] for d in digits)
        digits[i] = len(DIGITS) - 1
    if head == "A":
        return None
    if head == "a":
        return "Z" + DIGITS[-1]
    shrunk = chr(ord(head) - 1)
    return shrunk + DIGITS[-1] * (_length(shrunk) - 1)
