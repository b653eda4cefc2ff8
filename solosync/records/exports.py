"""A file made of a board, once, as it was when it was asked for."""

from typing import Literal

import msgspec

from solosync.records.pictures import Format

ExportStatus = Literal["pending", "processing", "completed", "failed"]


class Export(msgspec.Struct, frozen=True):
    """``rev`` is what the board was at, ``title`` what it was called then. ``options`` are those
    of the picture, as JSON. ``progress`` is in percent. ``sha256`` to ``page_count`` are there
    once it's completed, ``error`` if it failed."""

    export_id: str
    session_id: str
    session_key: int
    user_id: str
    format: Format
    status: ExportStatus
    rev: int
    title: str
    options: bytes
    idempotency_key: str | None
    progress: int
    sha256: str | None
    content_type: str | None
    suffix: str | None
    file_size: int | None
    page_count: int | None
    warnings: tuple[str, ...]
    error: str | None
    created_at: int
    updated_at: int
    expires_at: int
