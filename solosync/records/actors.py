"""The person acting, and the sign-in they act from."""

import msgspec


class Actor(msgspec.Struct, frozen=True):
    user_id: str
    device_id: str
    is_staff: bool
    display_name: str
