"""People."""

import msgspec


class User(msgspec.Struct, frozen=True):
    """``password_hash`` is None for someone who signs in by link only. ``email_verified_at`` is
    None until the address was proved to be theirs, by a code or by whoever let them in."""

    user_id: str
    email: str
    full_name: str
    first_name: str
    last_name: str
    username: str
    avatar_url: str | None
    is_staff: bool
    is_active: bool
    joined_at: int
    last_login_at: int | None
    password_hash: str | None
    email_verified_at: int | None = None

    @property
    def display_name(self) -> str:
        """How others see this person; never the whole address."""
        return self.full_name or self.username or self.email.partition("@")[0]
