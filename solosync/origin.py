"""Where what is being done comes from: known to logs and the audit log without being passed on.

The web's edge sets it for each request; a thread that works on one copies it. Transactions run on
the store's own thread, so whatever belongs into a row is read before.
"""

from contextvars import ContextVar
from typing import Literal, NamedTuple

Language = Literal["en", "uk"]
LANGUAGES: tuple[Language, ...] = ("en", "uk")


class Origin(NamedTuple):
    """``request_id`` and ``address`` are empty for what no request has asked for: a command, or
    work in the background. ``language`` is the one that whoever asks reads best."""

    request_id: str = ""
    address: str = ""
    language: Language = "en"


current: ContextVar[Origin] = ContextVar("origin", default=Origin())  # noqa: B039 - it is immutable
