"""How much mail strangers may have sent to an address, whether or not anybody here has it."""

from __future__ import annotations

import math

from solosync.errors import RateLimited
from solosync.store import codes
from solosync.store.transactions import Tx

MOST_AN_HOUR = 20
HOUR_MS = 3_600_000


def check(tx: Tx, address: str, now: int) -> None:
    """Raises RateLimited past MOST_AN_HOUR."""
    oldest = codes.nth_newest(tx, address, MOST_AN_HOUR)
    if oldest is not None and oldest > now - HOUR_MS:
        raise RateLimited(
            math.ceil((oldest + HOUR_MS - now) / 1000),
            f"{MOST_AN_HOUR} mails were sent to this address within an hour. Use a code of one of"
            " those, or wait.",
        )
