"""A picture that a person uploaded, to be shown on boards."""

import msgspec


class File(msgspec.Struct, frozen=True):
    """``file_id`` is random and works as the key to the file: whoever knows it may see it.
    ``sha256`` and ``size`` are None until the content has come and was looked at."""

    file_id: str
    organization_id: str
    user_id: str | None
    content_type: str
    max_bytes: int
    announced_sha256: str | None
    sha256: str | None
    size: int | None
    created_at: int
