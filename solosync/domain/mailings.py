"""How much mail strangers may have sent to an address, whether or not anybody here has it."""

from __future__ import annotations

import math

from solosync.clock import HOUR_MS
from solosync.config import Config
from solosync.errors import RateLimited
from solosync.store import codes
from solosync.store.transactions import Tx

MOST_AN_HOUR = 10
"""Codes that are asked for from one network address: a single stranger can't use up somebody's."""
MOST_OF_ALL = 30
"""And from all of them together: each code is one more that may be guessed."""
UNLIMITED = 100
"""Times as many where `rate_limits` are off; not any number, since that still holds."""


def check(tx: Tx, config: Config, address: str, network: str, now: int) -> None:
    """Raises RateLimited past the most codes an hour."""
    times = 1 if config.rate_limits else UNLIMITED
    newest = (
        codes.nth_newest(tx, address, MOST_AN_HOUR * times, asked_from=network),
        codes.nth_newest(tx, address, MOST_OF_ALL * times),
    )
    waits = [at + HOUR_MS - now for at in newest if at is not None]
    if (wait := max(waits, default=0)) > 0:
        raise RateLimited(
            math.ceil(wait / 1000),
            "Too many codes were mailed to this address within an hour. Use one of those, or wait.",
        )


def was_noticed(tx: Tx, address: str, now: int) -> bool:
    """Whether an address was told within the hour that somebody registers with it."""
    newest = codes.nth_newest(tx, address, 1, is_notice=True)
    return newest is not None and newest > now - HOUR_MS
