"""The y-websocket wire format: what a message is, and nothing about who sends it.

A message is a variable-length integer for its type and then its content; see the npm packages
y-protocols (sync, awareness) and y-websocket, whose providers are the peers.
"""

from typing import NamedTuple

SYNC, AWARENESS, AUTH, QUERY_AWARENESS = 0, 1, 2, 3
STEP1, STEP2, UPDATE = 0, 1, 2

_LONGEST_VARINT = 10  # bytes; Yjs client ids have 53 bits


class Malformed(Exception):
    """The bytes are no message of this protocol."""


class Message(NamedTuple):
    """``kind`` is SYNC, AWARENESS or QUERY_AWARENESS; ``step`` counts for SYNC only."""

    kind: int
    step: int
    content: bytes


class Presence(NamedTuple):
    """One client's awareness state; ``state`` is JSON text, "null" when it has gone."""

    client: int
    clock: int
    state: bytes


def decode(data: bytes) -> Message:
    """Raises Malformed: unknown types, truncated or trailing bytes."""
    kind, at = read_varint(data, 0)
    if kind == SYNC:
        step, at = read_varint(data, at)
        if step > UPDATE:
            raise Malformed
        content, at = _read_bytes(data, at)
    elif kind == AWARENESS:
        step = 0
        content, at = _read_bytes(data, at)
    elif kind == QUERY_AWARENESS:
        step, content = 0, b""
    else:
        raise Malformed
    if at != len(data):
        raise Malformed
    return Message(kind, step, content)


def encode_sync(step: int, content: bytes) -> bytes:
    return bytes((SYNC, step)) + varint(len(content)) + content


def encode_awareness(presences: list[Presence]) -> bytes:
    parts = [varint(len(presences))]
    for client, clock, state in presences:
        parts += [varint(client), varint(clock), varint(len(state)), state]
    content = b"".join(parts)
    return bytes((AWARENESS,)) + varint(len(content)) + content


def decode_awareness(content: bytes) -> list[Presence]:
    """Raises Malformed."""
    count, at = read_varint(content, 0)
    presences = []
    for _ in range(count):
        client, at = read_varint(content, at)
        clock, at = read_varint(content, at)
        state, at = _read_bytes(content, at)
        presences.append(Presence(client, clock, state))
    if at != len(content):
        raise Malformed
    return presences


def varint(value: int) -> bytes:
    if value < 0x80:
        return bytes((value,))
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """The integer at an offset, and the offset after it."""
    value = shift = 0
    for offset in range(at, min(at + _LONGEST_VARINT, len(data))):
        byte = data[offset]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, offset + 1
        shift += 7
    raise Malformed


def _read_bytes(data: bytes, at: int) -> tuple[bytes, int]:
    length, at = read_varint(data, at)
    if at + length > len(data):
        raise Malformed
    return data[at : at + length], at + length
