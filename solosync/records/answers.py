"""Answers to requests with an Idempotency-Key."""

import msgspec


class Answer(msgspec.Struct, frozen=True):
    """As it was sent."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class Remembered(msgspec.Struct, frozen=True):
    """``sealed`` is empty when what was asked for was done, or begun, and its answer isn't
    known."""

    fingerprint: bytes
    sealed: bytes
