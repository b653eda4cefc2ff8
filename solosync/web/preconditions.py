"""What a client says about the state that it holds: If-Match, X-Rev, Prefer."""

from __future__ import annotations

import re
from typing import NamedTuple

from solosync import errors
from solosync.web.connections import AnyRequest
from solosync.web.errors import PreconditionFailed

# Beyond 18 digits is no rev that a server ever gave.
_REV = re.compile(r'W/"rev:([0-9]{1,18})"|"rev:([0-9]{1,18})"|"([0-9]{1,18})"|([0-9]{1,18})')


class StatedRev(NamedTuple):
    """`rev` is None when there was a header that can't be read, or (`is_given` False) none."""

    rev: int | None
    is_given: bool
    is_if_match: bool

    def refusal(self, stale: errors.Stale) -> errors.Stale:
        """Stale as this client gets to see it: 412 after If-Match, else 409."""
        return PreconditionFailed(stale.server_rev) if self.is_if_match else stale


def etag(rev: int) -> str:
    return f'W/"rev:{rev}"'


def stated_rev(request: AnyRequest) -> StatedRev:
    """The rev by If-Match, else by X-Rev, else by X-Revision."""
    for name in ("if-match", "x-rev", "x-revision"):
        text = request.headers.get(name)
        if text is not None:
            return StatedRev(_read(text), True, name == "if-match")
    return StatedRev(None, False, False)


def is_strict(request: AnyRequest) -> bool:
    """Whether the client prefers a refusal to a merge (RFC 7240)."""
    wishes = ",".join(request.headers.getall("prefer", [])).lower()
    if not wishes:
        return False
    bare = wishes.replace(" ", "").replace('"', "")
    return "handling=strict" in re.split("[,;]", bare)


def _read(text: str) -> int | None:
    match = _REV.fullmatch(text.strip())
    return int(match[match.lastindex or 0]) if match else None
