"""A device is one sign-in, and all the tokens that came of it."""

import msgspec


class Device(msgspec.Struct, frozen=True):
    """``kind`` is browser, api (a program), device (one that was paired), key (an API key) or
    terminal (where codes for pairing were asked for on the machine itself). ``address`` is the
    network address it was last seen at."""

    device_id: str
    user_id: str
    name: str
    kind: str
    created_at: int
    last_seen_at: int
    address: str
    revoked_at: int | None
