"""What a person is told."""

import msgspec


class Notification(msgspec.Struct, frozen=True):
    """``type`` is for programs ("member.joined"), ``message`` for people. ``target_url`` is where
    it leads, if anywhere: a path of this server. ``read_at`` is None while it is unread.
    ``organization_id`` is the one that it is about, if any."""

    notification_id: str
    user_id: str
    type: str
    message: str
    target_url: str | None
    created_at: int
    read_at: int | None
    organization_id: str | None = None
