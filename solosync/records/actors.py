"""The person acting, and the sign-in they act from."""

import msgspec


class Actor(msgspec.Struct, frozen=True):
    """An API key acts as its maker, but only inside ``organization_id`` and within ``scopes``;
    ``key_prefix`` tells the key from the one that takes its place. All three are None for a
    person's own sign-in, which may do all that the person may. With a ``share_id`` it is nobody
    known, who watches a board by that link."""

    user_id: str
    device_id: str
    is_staff: bool
    display_name: str
    organization_id: str | None = None
    scopes: frozenset[str] | None = None
    key_prefix: str | None = None
    share_id: str | None = None
