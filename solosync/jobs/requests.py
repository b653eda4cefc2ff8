"""What the server and its child that draws say to each other: one JSON object on each line."""

import errno
from typing import Literal

import msgspec

from solosync.records.pictures import Format, PictureOptions

# What went wrong, as far as it decides what is told and whether to try again.
Reason = Literal["refused", "disk_full", "too_large", "no_memory", "broken"]

DISK_FULL = "The disk is full. Make room, then try again."


class Request(msgspec.Struct, frozen=True):
    """``document`` is a file as `domain.drawings` reads it. An export is written to ``out``; a
    thumbnail to the same name with .webp and .png behind it."""

    kind: Literal["export", "thumbnail"]
    document: str
    title: str
    out: str
    format: Format = "png"
    options: PictureOptions = PictureOptions()


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """In pages."""

    done: int
    total: int


class Made(msgspec.Struct, frozen=True, tag="made"):
    """``warnings`` are for whoever asked for the picture; ``state_bytes`` is how large the board of
    a thumbnail is."""

    content_type: str = ""
    suffix: str = ""
    page_count: int = 0
    warnings: tuple[str, ...] = ()
    state_bytes: int = 0


class Refusal(msgspec.Struct, frozen=True, tag="failed"):
    """``message`` may be shown to anyone; ``traceback`` is for the log."""

    reason: Reason
    message: str
    traceback: str = ""


Answer = Progress | Made | Refusal


def decode_answer(line: bytes) -> Answer:
    answer: Answer = msgspec.json.decode(line, type=Answer)
    return answer


def is_full(error: OSError) -> bool:
    """Whether the disk, or one's share of it, has no room."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)
