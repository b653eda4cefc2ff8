"""Answers remembered under a key that the client chose."""

import msgspec


class RememberedAnswer(msgspec.Struct, frozen=True):
    status: int
    body: bytes
    created_at: int
